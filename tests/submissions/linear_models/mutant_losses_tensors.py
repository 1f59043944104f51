# Returns errors that are tensors with their graphs instead of numbers.
# scores: fit_gd 0, others full

# %% fit_gd
def fit_gd(Phi, t, lr, steps):
    w, losses = torch.zeros(Phi.shape[1], dtype=Phi.dtype), []
    for _ in range(steps):
        residual = t - Phi @ w
        losses.append((residual**2).mean())
        w = w + lr * 2 / len(t) * Phi.T @ residual
    return w, losses
