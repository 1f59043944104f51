# Subtracts the maximum of the whole batch, so that other objects underflow.
# scores: error_function 0, others full

# %% error_function
def error_function(logits, y):
    z = logits - logits.max()
    log_p = z - z.exp().sum(dim=1, keepdim=True).log()
    return -log_p[torch.arange(len(y)), y].mean()
