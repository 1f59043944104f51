# Takes the mean of each window.
# scores: max_pool2d 0, others full

# %% max_pool2d
def max_pool2d(x, k):
    return nn.functional.avg_pool2d(x, k)
