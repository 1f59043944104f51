# Uses autograd and never clears the gradient.
# scores: fit_gd 0, others full

# %% fit_gd
def fit_gd(Phi, t, lr, steps):
    w, losses = torch.zeros(Phi.shape[1], dtype=Phi.dtype, requires_grad=True), []
    for _ in range(steps):
        error = ((t - Phi @ w) ** 2).mean()
        error.backward()
        losses.append(error.item())
        with torch.no_grad():
            w -= lr * w.grad
    return w.detach(), losses
