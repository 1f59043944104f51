# Leaves the noise out of the predictive variance.
# scores: predictive 0, others full

# %% predictive
def predictive(Phi_new, m, S, beta):
    return Phi_new @ m, ((Phi_new @ S) * Phi_new).sum(dim=1)
