# Runs everything twice, once for the mean and once for the variance.
# scores: error_over_seeds 0, others full

# %% error_over_seeds
def error_over_seeds(run, seeds):
    mean = sum(run(seed) for seed in seeds) / len(seeds)
    return mean, sum((run(seed) - mean) ** 2 for seed in seeds) / (len(seeds) - 1)
