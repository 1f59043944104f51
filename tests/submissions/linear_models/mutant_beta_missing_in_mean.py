# Forgets beta in the mean.
# scores: posterior 0, others full

# %% posterior
def posterior(Phi, t, alpha, beta):
    S = torch.linalg.inv(alpha * torch.eye(Phi.shape[1], dtype=Phi.dtype) + beta * Phi.T @ Phi)
    return S @ Phi.T @ t, S
