# Highest power first.
# scores: design_matrix 0, others full

# %% design_matrix
def design_matrix(x, degree):
    return torch.vander(x, degree + 1)
