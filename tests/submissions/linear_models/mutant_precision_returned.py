# Returns the precision instead of the covariance.
# scores: posterior 0, others full

# %% posterior
def posterior(Phi, t, alpha, beta):
    A = alpha * torch.eye(Phi.shape[1], dtype=Phi.dtype) + beta * Phi.T @ Phi
    return beta * torch.linalg.solve(A, Phi.T @ t), A
