# Makes w a column, so that (N,) minus (N, 1) becomes an (N, N) matrix.
# scores: fit_gd 0, others full

# %% fit_gd
def fit_gd(Phi, t, lr, steps):
    w, losses = torch.zeros(Phi.shape[1], 1, dtype=Phi.dtype, requires_grad=True), []
    for _ in range(steps):
        error = ((t - Phi @ w) ** 2).mean()
        losses.append(error.item())
        (gradient,) = torch.autograd.grad(error, w)
        w = (w - lr * gradient).detach().requires_grad_()
    return w[:, 0].detach(), losses
