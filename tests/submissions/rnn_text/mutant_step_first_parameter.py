# Clips by the norm of the first parameter, but scales all.
# scores: train_step 0, others full

# %% train_step
def train_step(model, optimiser, ids, lengths, y, max_norm):
    optimiser.zero_grad()
    error = nn.functional.binary_cross_entropy_with_logits(model(ids, lengths), y)
    error.backward()
    norm = next(model.parameters()).grad.norm()
    for p in model.parameters():
        p.grad *= min(1.0, float(max_norm / norm))
    optimiser.step()
    return error.item()
