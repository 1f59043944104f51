# Shuffles once for all epochs.
# scores: fit 0, others full

# %% fit
def fit(model, error_function, optimiser, x, y, epochs, batch, generator):
    model.train()
    history = []
    order = torch.randperm(len(x), generator=generator)
    for _ in range(epochs):
        total = 0.0
        for chosen in order.split(batch):
            optimiser.zero_grad()
            error = error_function(model(x[chosen]), y[chosen])
            error.backward()
            optimiser.step()
            total += error.item() * len(chosen)
        history.append(total / len(x))
    return history
