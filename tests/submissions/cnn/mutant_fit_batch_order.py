# Shuffles mini-batches, not objects.
# scores: fit 0, others full

# %% fit
def fit(model, error_function, optimiser, x, y, epochs, batch, generator):
    model.train()
    history = []
    for _ in range(epochs):
        total = 0.0
        for chosen in sorted(
            torch.arange(len(x)).split(batch),
            key=lambda c: (len(c) < batch, torch.rand((), generator=generator).item()),
        ):
            optimiser.zero_grad()
            error = error_function(model(x[chosen]), y[chosen])
            error.backward()
            optimiser.step()
            total += error.item() * len(chosen)
        history.append(total / len(x))
    return history
