# Bare parameters with transposed weights, He initialisation, dropout by hand.
# scores: others full

# %% linear
def linear(x, W, b):
    return torch.einsum("nd,hd->nh", x, W) + b.unsqueeze(0)


# %% MLP
class MLP(nn.Module):
    def __init__(self, sizes, act=torch.tanh, p=0.0):
        super().__init__()
        self.W = nn.ParameterList(
            torch.randn(d, h) * (2 / d) ** 0.5 for d, h in zip(sizes[:-1], sizes[1:])
        )
        self.b = nn.ParameterList(torch.zeros(1, h) for h in sizes[1:])
        self.phi = act
        self.keep = 1 - p

    def forward(self, x):
        for i, (W, b) in enumerate(zip(self.W, self.b)):
            if i > 0:
                x = self.phi(x)
                if self.training:
                    x = x * torch.bernoulli(torch.full_like(x, self.keep)) / self.keep
            x = x @ W + b
        return x


# %% error_function
def error_function(logits, y):
    z = logits - logits.max(dim=1, keepdim=True)[0].detach()
    right = z.gather(1, y.view(-1, 1)).squeeze(1)
    return (z.exp().sum(1).log() - right).sum() / logits.size(0)


# %% train_step
def train_step(model, optimiser, error_function, x, y):
    parameters = [p for group in optimiser.param_groups for p in group["params"]]
    error = error_function(model(x), y)
    for p, g in zip(parameters, torch.autograd.grad(error, parameters)):
        p.grad = g
    optimiser.step()
    return error.detach().cpu().numpy().item()


# %% fit
def fit(model, optimiser, error_function, train_batches, test_batches, epochs):
    history = {"train": [0.0] * epochs, "test": [0.0] * epochs}
    mode = model.training
    for epoch in range(epochs):
        model.train(True)
        for x, y in train_batches:
            for p in model.parameters():
                p.grad = None
            error_function(model(x), y).backward()
            optimiser.step()
        twin = copy.deepcopy(model).eval()
        for name, batches in {"train": train_batches, "test": test_batches}.items():
            total, count = 0.0, 0
            for x, y in batches:
                total += error_function(twin(x), y).item() * x.size(0)
                count += x.size(0)
            history[name][epoch] = total / count
    model.train(mode)
    return history


# %% error_over_seeds
def error_over_seeds(run, seeds):
    e = torch.tensor([run(s) for s in seeds])
    return e.mean().item(), e.var().item()
