# Clips each parameter on its own.
# scores: train_step 0, others full

# %% train_step
def train_step(model, optimiser, ids, lengths, y, max_norm):
    optimiser.zero_grad()
    error = nn.functional.binary_cross_entropy_with_logits(model(ids, lengths), y)
    error.backward()
    for p in model.parameters():
        nn.utils.clip_grad_norm_(p, max_norm)
    optimiser.step()
    return error.item()
