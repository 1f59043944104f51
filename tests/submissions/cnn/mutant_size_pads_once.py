# Adds the padding at one end only.
# scores: out_size 0, others full

# %% out_size
def out_size(n, k, s=1, p=0):
    return (n + p - k) // s + 1
