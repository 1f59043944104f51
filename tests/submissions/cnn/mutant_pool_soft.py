# Gives a smooth maximum, whose gradient reaches every pixel.
# scores: max_pool2d 0, others full

# %% max_pool2d
def max_pool2d(x, k):
    h, w = x.shape[2] // k, x.shape[3] // k
    t = 1e3 * x[:, :, : h * k, : w * k].reshape(*x.shape[:2], h, k, w, k)
    return torch.logsumexp(t, dim=(3, 5)) / 1e3
