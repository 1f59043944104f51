# Leaves out the column of ones.
# scores: design_matrix 0, others full

# %% design_matrix
def design_matrix(x, degree):
    return torch.stack([x**power for power in range(1, degree + 1)], dim=1)
