# Adds a small number before the logarithm.
# scores: error_function 0, others full

# %% error_function
def error_function(logits, y):
    return -(logits.softmax(dim=1)[torch.arange(len(y)), y] + 1e-9).log().mean()
