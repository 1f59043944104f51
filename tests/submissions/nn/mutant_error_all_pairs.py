# Takes the classes of all objects for each object.
# scores: error_function 0, others full

# %% error_function
def error_function(logits, y):
    return -logits.log_softmax(dim=1)[:, y].mean()
