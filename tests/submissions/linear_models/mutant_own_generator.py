# Ignores the generator.
# scores: bootstrap_parameters 0, others full

# %% bootstrap_parameters
def bootstrap_parameters(fit, Phi, t, resamples, generator):
    fits = []
    for _ in range(resamples):
        chosen = torch.randint(len(t), (len(t),))
        fits.append(fit(Phi[chosen], t[chosen]))
    return torch.stack(fits)
