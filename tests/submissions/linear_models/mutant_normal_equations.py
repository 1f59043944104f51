# Solves the normal equations, which have no unique solution for dependent columns.
# scores: fit_ols 0, others full

# %% fit_ols
def fit_ols(Phi, t):
    return torch.linalg.solve(Phi.T @ Phi, Phi.T @ t)
