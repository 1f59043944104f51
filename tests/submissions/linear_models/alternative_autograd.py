# Gradient descent by torch.optim, loops for features, a Cholesky factor for the evidence.
# scores: others full

# %% design_matrix
def design_matrix(x, degree):
    columns = [torch.ones_like(x)]
    for _ in range(degree):
        columns.append(columns[-1] * x)
    return torch.column_stack(columns)


# %% fit_gd
def fit_gd(Phi, t, lr, steps):
    w = nn.Parameter(Phi.new_zeros(Phi.shape[1]))
    optimiser, losses = torch.optim.SGD([w], lr=lr), []
    for _ in range(steps):
        error = nn.functional.mse_loss(Phi @ w, t)
        optimiser.zero_grad()
        error.backward()
        optimiser.step()
        losses.append(float(error))
    return w, losses


# %% posterior
def posterior(Phi, t, alpha, beta):
    A = alpha * torch.eye(Phi.shape[1], dtype=Phi.dtype) + beta * Phi.T @ Phi
    L = torch.linalg.cholesky(A)
    return torch.cholesky_solve((beta * Phi.T @ t)[:, None], L)[:, 0], torch.cholesky_inverse(L)


# %% predictive
def predictive(Phi_new, m, S, beta):
    mean = torch.stack([row @ m for row in Phi_new])
    return mean, torch.stack([1 / beta + row @ S @ row for row in Phi_new])


# %% log_evidence
def log_evidence(Phi, t, alpha, beta):
    N = len(t)
    C = torch.eye(N, dtype=Phi.dtype) / beta + Phi @ Phi.T / alpha
    L = torch.linalg.cholesky(C)
    z = torch.linalg.solve_triangular(L, t[:, None], upper=False)
    log_det = 2 * L.diagonal().log().sum()
    return float(-0.5 * (N * np.log(2 * np.pi) + log_det + (z**2).sum()))
