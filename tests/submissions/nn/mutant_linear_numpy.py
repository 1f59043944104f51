# Leaves PyTorch on the way, so that no gradient comes back.
# scores: linear 0, others full

# %% linear
def linear(x, W, b):
    return torch.from_numpy(x.detach().numpy() @ W.detach().numpy().T) + b
