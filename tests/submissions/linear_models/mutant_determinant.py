# Takes the logarithm of a determinant that underflows for many objects.
# scores: log_evidence 0, others full

# %% log_evidence
def log_evidence(Phi, t, alpha, beta):
    C = torch.eye(len(t), dtype=Phi.dtype) / beta + Phi @ Phi.T / alpha
    normaliser = len(t) * np.log(2 * np.pi) + torch.linalg.det(C).log()
    return -0.5 * (normaliser + t @ torch.linalg.solve(C, t))
