# Scales every gradient to max_norm.
# scores: train_step 0, others full

# %% train_step
def train_step(model, optimiser, ids, lengths, y, max_norm):
    optimiser.zero_grad()
    error = nn.functional.binary_cross_entropy_with_logits(model(ids, lengths), y)
    error.backward()
    norm = torch.cat([p.grad.flatten() for p in model.parameters()]).norm()
    for p in model.parameters():
        p.grad *= max_norm / norm
    optimiser.step()
    return error.item()
