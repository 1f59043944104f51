# The dual (kernel) form of the posterior, lstsq, Cholesky, multinomial draws.
# scores: others full

# %% design_matrix
def design_matrix(x, degree):
    return torch.vander(x, degree + 1).flip(1)


# %% fit_ols
def fit_ols(Phi, t):
    return torch.linalg.lstsq(Phi, t[:, None], driver="gelsd").solution[:, 0]


# %% posterior
def posterior(Phi, t, alpha, beta):
    K = torch.eye(len(t), dtype=Phi.dtype) / beta + Phi @ Phi.T / alpha
    gain = torch.linalg.solve(K, Phi / alpha).T
    return gain @ t, torch.eye(Phi.shape[1], dtype=Phi.dtype) / alpha - gain @ Phi / alpha


# %% predictive
def predictive(Phi_new, m, S, beta):
    return torch.einsum("km,m->k", Phi_new, m), (Phi_new @ S @ Phi_new.T).diagonal() + 1 / beta


# %% log_evidence
def log_evidence(Phi, t, alpha, beta):
    C = torch.eye(len(t), dtype=Phi.dtype) / beta + Phi @ Phi.T / alpha
    return torch.distributions.MultivariateNormal(torch.zeros_like(t), C).log_prob(t)


# %% bootstrap_parameters
def bootstrap_parameters(fit, Phi, t, resamples, generator):
    even = torch.ones(resamples, len(t))
    draws = torch.multinomial(even, len(t), replacement=True, generator=generator)
    return torch.stack([fit(Phi[i], t[i]) for i in draws])
