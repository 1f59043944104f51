# Sets the padding of H to 0.
# scores: last_valid_state 0, others full

# %% last_valid_state
def last_valid_state(H, lengths):
    H.data[torch.arange(H.shape[1]) >= lengths[:, None]] = 0
    return H[torch.arange(len(H)), lengths - 1]
