# The evidence through the (M, M) matrix of the posterior, as textbooks write it.
# scores: others full

# %% log_evidence
def log_evidence(Phi, t, alpha, beta):
    N, M = Phi.shape
    A = alpha * torch.eye(M, dtype=Phi.dtype) + beta * Phi.T @ Phi
    m = beta * torch.linalg.solve(A, Phi.T @ t)
    error = beta / 2 * ((t - Phi @ m) ** 2).sum() + alpha / 2 * m @ m
    value = M / 2 * np.log(alpha) + N / 2 * np.log(beta) - N / 2 * np.log(2 * np.pi)
    return value - error - torch.logdet(A) / 2


# %% fit_ols
def fit_ols(Phi, t):
    U, s, Vh = torch.linalg.svd(Phi, full_matrices=False)
    keep = s > 1e-6 * s.max()
    return Vh[keep].T @ ((U.T @ t)[keep] / s[keep])
