# Forgets that both ends count.
# scores: out_size 0, others full

# %% out_size
def out_size(n, k, s=1, p=0):
    return (n + 2 * p - k) // s
