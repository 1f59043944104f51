# Adds the first bias to every output.
# scores: linear 0, others full

# %% linear
def linear(x, W, b):
    return x @ W.T + b[0]
