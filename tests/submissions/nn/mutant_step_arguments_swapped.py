# Swaps outputs and targets.
# scores: train_step 0, others full

# %% train_step
def train_step(model, optimiser, error_function, x, y):
    optimiser.zero_grad()
    error = error_function(y, model(x))
    error.backward()
    optimiser.step()
    return error.item()
