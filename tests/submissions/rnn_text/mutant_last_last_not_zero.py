# The last column where the padding is taken for zeros.
# scores: last_valid_state 0, others full

# %% last_valid_state
def last_valid_state(H, lengths):
    t = (H != 0).any(dim=2).long().cumsum(dim=1).argmax(dim=1)
    return H[torch.arange(len(H)), t]
