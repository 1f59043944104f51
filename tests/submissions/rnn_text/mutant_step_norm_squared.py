# Compares the squared norm.
# scores: train_step 0, others full

# %% train_step
def train_step(model, optimiser, ids, lengths, y, max_norm):
    optimiser.zero_grad()
    error = nn.functional.binary_cross_entropy_with_logits(model(ids, lengths), y)
    error.backward()
    norm = sum((p.grad**2).sum() for p in model.parameters())
    for p in model.parameters():
        p.grad *= min(1.0, float(max_norm / norm))
    optimiser.step()
    return error.item()
