# Makes an optimiser of its own in each step.
# scores: train_step 0, others full

# %% train_step
def train_step(model, optimiser, error_function, x, y):
    optimiser = torch.optim.SGD(model.parameters(), lr=optimiser.param_groups[0]["lr"])
    optimiser.zero_grad()
    error = error_function(model(x), y)
    error.backward()
    optimiser.step()
    return error.item()
