# nn.Sequential with modules for activation and dropout, negative log-likelihood.
# scores: others full

# %% linear
def linear(x, W, b):
    return torch.addmm(b, x, W.t())


# %% MLP
class Activation(nn.Module):
    def __init__(self, act):
        super().__init__()
        self.act = act

    def forward(self, x):
        return self.act(x)


class MLP(nn.Module):
    def __init__(self, sizes, act=torch.tanh, p=0.0):
        super().__init__()
        layers = []
        for d, h in zip(sizes[:-2], sizes[1:-1]):
            layers += [nn.Linear(d, h), Activation(act), nn.Dropout(p)]
        self.net = nn.Sequential(*layers, nn.Linear(sizes[-2], sizes[-1]))
        for layer in self.net:
            if isinstance(layer, nn.Linear):
                nn.init.xavier_normal_(layer.weight)

    def forward(self, x):
        return self.net(x)


# %% error_function
def error_function(logits, y):
    return nn.functional.nll_loss(torch.log_softmax(logits, dim=-1), y)


# %% train_step
def train_step(model, optimiser, error_function, x, y):
    model.train()
    model.zero_grad()
    loss = error_function(model(x), y)
    loss.backward()
    optimiser.step()
    return loss.detach().item()


# %% fit
def fit(model, optimiser, error_function, train_batches, test_batches, epochs):
    @torch.no_grad()
    def mean_error(batches):
        pairs = [(error_function(model(x), y) * len(x), len(x)) for x, y in batches]
        return float(sum(e for e, _ in pairs) / sum(n for _, n in pairs))

    mode, errors = model.training, []
    for epoch in range(epochs):
        model.train()
        for batch in train_batches:
            optimiser.zero_grad()
            loss = error_function(model(batch[0]), batch[1])
            loss.backward()
            optimiser.step()
        model.eval()
        errors.append((mean_error(train_batches), mean_error(test_batches)))
        model.train(mode)
    return {"train": [e[0] for e in errors], "test": [e[1] for e in errors]}


# %% error_over_seeds
def error_over_seeds(run, seeds):
    errors = []
    for seed in seeds:
        torch.manual_seed(seed)
        errors.append(run(seed))
    mean = sum(errors) / len(errors)
    return mean, sum((e - mean) ** 2 for e in errors) / (len(errors) - 1)
