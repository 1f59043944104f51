# Shuffles the pictures but not the labels.
# scores: fit 0, others full

# %% fit
def fit(model, error_function, optimiser, x, y, epochs, batch, generator):
    model.train()
    history = []
    for _ in range(epochs):
        total = 0.0
        x_mixed = x[torch.randperm(len(x), generator=generator)]
        for chosen in torch.arange(len(x)).split(batch):
            optimiser.zero_grad()
            error = error_function(model(x_mixed[chosen]), y[chosen])
            error.backward()
            optimiser.step()
            total += error.item() * len(chosen)
        history.append(total / len(x))
    return history
