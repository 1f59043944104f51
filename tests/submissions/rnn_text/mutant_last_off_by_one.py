# Counts steps from 1.
# scores: last_valid_state 0, others full

# %% last_valid_state
def last_valid_state(H, lengths):
    return H[torch.arange(len(H)), lengths.clamp(max=H.shape[1] - 1)]
