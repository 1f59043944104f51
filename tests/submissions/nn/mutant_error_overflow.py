# Divides exponentials, which overflow.
# scores: error_function 0, others full

# %% error_function
def error_function(logits, y):
    p = logits.exp() / logits.exp().sum(dim=1, keepdim=True)
    return -p[torch.arange(len(y)), y].log().mean()
