# Lets the windows overlap.
# scores: max_pool2d 0, others full

# %% max_pool2d
def max_pool2d(x, k):
    return nn.functional.max_pool2d(x, k, stride=1)
