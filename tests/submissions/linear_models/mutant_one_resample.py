# Draws once and repeats it.
# scores: bootstrap_parameters 0, others full

# %% bootstrap_parameters
def bootstrap_parameters(fit, Phi, t, resamples, generator):
    chosen = torch.randint(len(t), (len(t),), generator=generator)
    return torch.stack([fit(Phi[chosen], t[chosen])] * resamples)
