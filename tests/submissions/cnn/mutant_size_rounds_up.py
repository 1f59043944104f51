# Counts a window that sticks out.
# scores: out_size 0, others full

# %% out_size
import math


def out_size(n, k, s=1, p=0):
    return math.ceil((n + 2 * p - k) / s) + 1
