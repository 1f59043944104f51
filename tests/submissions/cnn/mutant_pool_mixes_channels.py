# Takes the maximum over channels as well.
# scores: max_pool2d 0, others full

# %% max_pool2d
def max_pool2d(x, k):
    return nn.functional.max_pool2d(x, k).amax(dim=1, keepdim=True).expand(-1, x.shape[1], -1, -1)
