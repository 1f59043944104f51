# Draws without replacement: every resample is the sample itself.
# scores: bootstrap_parameters 0, others full

# %% bootstrap_parameters
def bootstrap_parameters(fit, Phi, t, resamples, generator):
    orders = [torch.randperm(len(t), generator=generator) for _ in range(resamples)]
    return torch.stack([fit(Phi[order], t[order]) for order in orders])
