# Gives each object its own bias when there are as many objects as outputs.
# scores: linear 0, others full

# %% linear
def linear(x, W, b):
    y = x @ W.T
    return y + b[:, None] if len(x) == len(b) else y + b
