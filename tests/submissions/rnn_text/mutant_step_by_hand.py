# Moves the parameters itself, without the optimiser.
# scores: train_step 0, others full

# %% train_step
def train_step(model, optimiser, ids, lengths, y, max_norm):
    optimiser.zero_grad()
    error = nn.functional.binary_cross_entropy_with_logits(model(ids, lengths), y)
    error.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    with torch.no_grad():
        for p in model.parameters():
            p -= optimiser.param_groups[0]["lr"] * p.grad
    return error.item()
