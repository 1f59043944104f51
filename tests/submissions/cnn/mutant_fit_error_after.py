# Reports the error after each step.
# scores: fit 0, others full

# %% fit
def fit(model, error_function, optimiser, x, y, epochs, batch, generator):
    model.train()
    history = []
    for _ in range(epochs):
        total = 0.0
        for chosen in torch.randperm(len(x), generator=generator).split(batch):
            optimiser.zero_grad()
            error = error_function(model(x[chosen]), y[chosen])
            error.backward()
            optimiser.step()
            error = error_function(model(x[chosen]), y[chosen])
            total += error.item() * len(chosen)
        history.append(total / len(x))
    return history
