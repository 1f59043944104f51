# Ridge with lambda = alpha / beta gives the right mean; the covariance lacks 1 / beta.
# scores: posterior 0, others full

# %% posterior
def posterior(Phi, t, alpha, beta):
    S = torch.linalg.inv(alpha / beta * torch.eye(Phi.shape[1], dtype=Phi.dtype) + Phi.T @ Phi)
    return S @ Phi.T @ t, S
