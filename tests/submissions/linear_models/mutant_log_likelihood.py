# Gives the likelihood at the posterior mean instead of integrating over w.
# scores: log_evidence 0, others full

# %% log_evidence
def log_evidence(Phi, t, alpha, beta):
    A = alpha * torch.eye(Phi.shape[1], dtype=Phi.dtype) + beta * Phi.T @ Phi
    residual = t - Phi @ torch.linalg.solve(A, beta * Phi.T @ t)
    return 0.5 * (len(t) * np.log(beta / (2 * np.pi)) - beta * residual @ residual)
