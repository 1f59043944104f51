# Records the error after each update instead of before.
# scores: fit_gd 0, others full

# %% fit_gd
def fit_gd(Phi, t, lr, steps):
    w, losses = torch.zeros(Phi.shape[1], dtype=Phi.dtype), []
    for _ in range(steps):
        w = w + lr * 2 / len(t) * Phi.T @ (t - Phi @ w)
        losses.append(((t - Phi @ w) ** 2).mean().item())
    return w, losses
