# Begins the search for the maximum with 0.
# scores: max_pool2d 0, others full

# %% max_pool2d
def max_pool2d(x, k):
    return nn.functional.max_pool2d(x, k).clamp(min=0)
