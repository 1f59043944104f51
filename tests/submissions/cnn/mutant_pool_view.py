# Cuts pixels into runs instead of windows.
# scores: max_pool2d 0, others full

# %% max_pool2d
def max_pool2d(x, k):
    h, w = x.shape[2] // k, x.shape[3] // k
    return x[:, :, : h * k, : w * k].reshape(*x.shape[:2], h, w, k * k).amax(dim=4)
