# log(1 + exp(z)) as it stands.
# scores: train_step 0, others full

# %% train_step
def train_step(model, optimiser, ids, lengths, y, max_norm):
    optimiser.zero_grad()
    error = ((1 + model(ids, lengths).exp()).log() - y * model(ids, lengths)).mean()
    error.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimiser.step()
    return error.item()
