# Forgets the factor 2 of the gradient.
# scores: fit_gd 0, others full

# %% fit_gd
def fit_gd(Phi, t, lr, steps):
    w, losses = torch.zeros(Phi.shape[1], dtype=Phi.dtype), []
    for _ in range(steps):
        residual = t - Phi @ w
        losses.append((residual**2).mean().item())
        w = w + lr / len(t) * Phi.T @ residual
    return w, losses
