# Takes the mean of the errors during the epoch for the training error.
# scores: fit 0, others full

# %% fit
def fit(model, optimiser, error_function, train_batches, test_batches, epochs):
    history, mode = {"train": [], "test": []}, model.training
    for _ in range(epochs):
        model.train()
        total = count = 0
        for x, y in train_batches:
            optimiser.zero_grad()
            error = error_function(model(x), y)
            error.backward()
            optimiser.step()
            total, count = total + len(y) * error.item(), count + len(y)
        history["train"].append(total / count)
        model.eval()
        with torch.no_grad():
            errors = [(len(y), error_function(model(x), y).item()) for x, y in test_batches]
        history["test"].append(sum(n * e for n, e in errors) / sum(n for n, _ in errors))
    model.train(mode)
    return history
