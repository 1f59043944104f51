# Fills a matrix of the default dtype, so that double precision is lost.
# scores: design_matrix 0, others full

# %% design_matrix
def design_matrix(x, degree):
    Phi = torch.ones(len(x), degree + 1)
    for power in range(1, degree + 1):
        Phi[:, power] = x**power
    return Phi
