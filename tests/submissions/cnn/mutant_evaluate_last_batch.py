# Sees the last batch only.
# scores: evaluate 0, others full

# %% evaluate
def evaluate(model, error_function, batches):
    before = model.training
    model.eval()
    error, wrong, n = 0.0, 0, 0
    with torch.no_grad():
        for x, y in batches[-1:]:
            logits = model(x)
            error += error_function(logits, y).item() * len(y)
            wrong += (logits.argmax(dim=1) != y).sum().item()
            n += len(y)
    model.train(before)
    return error / n, wrong / n
