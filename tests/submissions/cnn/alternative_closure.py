# Steps with a closure, and shuffles copies of the sample.
# scores: others full

# %% fit
def fit(model, error_function, optimiser, x, y, epochs, batch, generator):
    model = model.train()
    history = []
    for _ in range(epochs):
        order = torch.randperm(x.shape[0], generator=generator)
        pairs = zip(x[order].split(batch), y[order].split(batch))
        losses = []
        for inputs, labels in pairs:

            def closure():
                optimiser.zero_grad(set_to_none=True)
                loss = error_function(model(inputs), labels)
                loss.backward()
                return loss

            losses += [optimiser.step(closure).item()] * len(labels)
        history.append(sum(losses) / len(losses))
    return history
