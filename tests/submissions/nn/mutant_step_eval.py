# Computes in eval mode.
# scores: train_step 0, others full

# %% train_step
def train_step(model, optimiser, error_function, x, y):
    model.eval()
    optimiser.zero_grad()
    error = error_function(model(x), y)
    error.backward()
    optimiser.step()
    return error.item()
