# Collects the result in single precision.
# scores: conv2d 0, others full

# %% conv2d
def conv2d(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    O, _, kh, kw = w.shape
    padded = torch.zeros(N, C, H + 2 * pad, W + 2 * pad)
    padded[:, :, pad : pad + H, pad : pad + W] = x
    h, v = (H + 2 * pad - kh) // stride + 1, (W + 2 * pad - kw) // stride + 1
    y = torch.zeros(N, O, h, v)
    for i in range(h):
        for j in range(v):
            window = padded[:, None, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            y[:, :, i, j] = (window * w).sum(dim=(2, 3, 4)) + b
    return y
