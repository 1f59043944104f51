# The largest value over the valid steps.
# scores: last_valid_state 0, others full

# %% last_valid_state
def last_valid_state(H, lengths):
    behind = torch.arange(H.shape[1]) >= lengths[:, None]
    return H.masked_fill(behind[:, :, None], -1e9).amax(dim=1)
