# Switches gradients off and leaves them off.
# scores: evaluate 0, others full

# %% evaluate
def evaluate(model, error_function, batches):
    before = model.training
    model.eval()
    error, wrong, n = 0.0, 0, 0
    torch.set_grad_enabled(False)
    if True:
        for x, y in batches:
            logits = model(x)
            error += error_function(logits, y).item() * len(y)
            wrong += (logits.argmax(dim=1) != y).sum().item()
            n += len(y)
    model.train(before)
    return error / n, wrong / n
