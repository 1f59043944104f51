# Drops the constant N/2 log 2 pi.
# scores: log_evidence 0, others full

# %% log_evidence
def log_evidence(Phi, t, alpha, beta):
    C = torch.eye(len(t), dtype=Phi.dtype) / beta + Phi @ Phi.T / alpha
    return -0.5 * (torch.linalg.slogdet(C).logabsdet + t @ torch.linalg.solve(C, t))
