# Takes the pixels out of the graph.
# scores: conv2d 0, others full

# %% conv2d
def conv2d(x, w, b, stride=1, pad=0):
    kh, kw = w.shape[2:]
    x = nn.functional.pad(x, (pad, pad, pad, pad))
    H, W = x.shape[2] - kh + 1, x.shape[3] - kw + 1
    y = b.reshape(1, -1, 1, 1)
    for u in range(kh):
        for v in range(kw):
            pixels = x[:, :, u : u + H : stride, v : v + W : stride]
            y = y + torch.einsum("nchw,oc->nohw", pixels.detach(), w[:, :, u, v])
    return y
