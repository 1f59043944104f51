# Trains on the test sample too.
# scores: fit 0, others full

# %% fit
def fit(model, optimiser, error_function, train_batches, test_batches, epochs):
    history, mode = {"train": [], "test": []}, model.training
    for _ in range(epochs):
        model.train()
        for x, y in [*train_batches, *test_batches]:
            optimiser.zero_grad()
            error_function(model(x), y).backward()
            optimiser.step()
        model.eval()
        for name, batches in (("train", train_batches), ("test", test_batches)):
            with torch.no_grad():
                errors = [(len(y), error_function(model(x), y).item()) for x, y in batches]
            history[name].append(sum(n * e for n, e in errors) / sum(n for n, _ in errors))
    model.train(mode)
    return history
