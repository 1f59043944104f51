# Compares every text with every target.
# scores: train_step 0, others full

# %% train_step
def train_step(model, optimiser, ids, lengths, y, max_norm):
    optimiser.zero_grad()
    error = nn.functional.binary_cross_entropy_with_logits(
        model(ids, lengths)[:, None].expand(-1, len(y)), y[None].expand(len(y), -1)
    )
    error.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimiser.step()
    return error.item()
