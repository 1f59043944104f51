# A later block calls an earlier one; orthogonal initialisation; loops.
# scores: others full

# %% linear
def linear(x, W, b):
    rows = [torch.stack([(row * w).sum() + c for w, c in zip(W, b)]) for row in x]
    return torch.stack(rows)


# %% MLP
class Layer(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.W = nn.Parameter(nn.init.orthogonal_(torch.empty(h, d)))
        self.b = nn.Parameter(torch.zeros(h))

    def forward(self, x):
        return x @ self.W.T + self.b


class MLP(nn.Module):
    def __init__(self, sizes, act=torch.tanh, p=0.0):
        super().__init__()
        self.first = Layer(sizes[0], sizes[1])
        self.rest = nn.ModuleList(Layer(d, h) for d, h in zip(sizes[1:], sizes[2:]))
        self.act = act
        self.drop = nn.Dropout(p)

    def forward(self, x):
        h = self.first(x)
        for layer in self.rest:
            h = layer(self.drop(self.act(h)))
        return h


# %% error_function
def error_function(logits, y):
    errors = [torch.logsumexp(row, 0) - row[k] for row, k in zip(logits, y.tolist())]
    return torch.stack(errors).mean()


# %% fit
def fit(model, optimiser, error_function, train_batches, test_batches, epochs):
    training = model.training
    history = {"train": [], "test": []}
    for _ in range(epochs):
        model.train()
        for x, y in train_batches:
            train_step(model, optimiser, error_function, x, y)
        model.eval()
        for name in history:
            errors, weights = [], []
            for x, y in train_batches if name == "train" else test_batches:
                errors.append(error_function(model(x), y).item())
                weights.append(y.shape[0])
            history[name].append(float(np.average(errors, weights=weights)))
    model.train(training)
    return history


# %% error_over_seeds
def error_over_seeds(run, seeds):
    errors = np.asarray(list(map(run, seeds)))
    return errors.mean(), np.var(errors, ddof=1)
