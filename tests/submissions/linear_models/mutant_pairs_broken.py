# Draws features and targets separately.
# scores: bootstrap_parameters 0, others full

# %% bootstrap_parameters
def bootstrap_parameters(fit, Phi, t, resamples, generator):
    fits, n = [], len(t)
    for _ in range(resamples):
        rows = torch.randint(n, (n,), generator=generator)
        targets = torch.randint(n, (n,), generator=generator)
        fits.append(fit(Phi[rows], t[targets]))
    return torch.stack(fits)
