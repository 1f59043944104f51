# Takes the softmax twice.
# scores: error_function 0, others full

# %% error_function
def error_function(logits, y):
    return nn.functional.cross_entropy(logits.softmax(dim=1), y)
