# Returns the standard deviation instead of the variance.
# scores: predictive 0, others full

# %% predictive
def predictive(Phi_new, m, S, beta):
    return Phi_new @ m, (1 / beta + ((Phi_new @ S) * Phi_new).sum(dim=1)).sqrt()
