# Pads with zeros and pools the rest, too.
# scores: max_pool2d 0, others full

# %% max_pool2d
def max_pool2d(x, k):
    x = nn.functional.pad(x, (0, -x.shape[3] % k, 0, -x.shape[2] % k))
    return nn.functional.max_pool2d(x, k)
