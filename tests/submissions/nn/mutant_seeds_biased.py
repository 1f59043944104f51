# Divides by S.
# scores: error_over_seeds 0, others full

# %% error_over_seeds
def error_over_seeds(run, seeds):
    errors = np.array([run(seed) for seed in seeds])
    return errors.mean(), errors.var(ddof=0)
