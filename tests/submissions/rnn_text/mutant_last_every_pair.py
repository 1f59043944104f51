# All sequences at the ends of all sequences.
# scores: last_valid_state 0, others full

# %% last_valid_state
def last_valid_state(H, lengths):
    return H[:, lengths - 1]
