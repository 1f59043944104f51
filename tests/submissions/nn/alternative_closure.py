# Normal initial weights of variance 1 / inputs; the step is given to the optimiser as a closure.
# scores: others full

# %% MLP
class MLP(nn.Module):
    def __init__(self, sizes, act=torch.tanh, p=0.0):
        super().__init__()
        self.act, self.p = act, p
        self.hidden = nn.ModuleList()
        for d, h in zip(sizes, sizes[1:-1]):
            self.hidden.append(nn.Linear(d, h))
        self.readout = nn.Linear(sizes[-2], sizes[-1])
        with torch.no_grad():
            for layer in [*self.hidden, self.readout]:
                layer.weight.normal_(0, layer.in_features**-0.5)
                layer.bias.normal_(0, 0.01)

    def forward(self, x):
        for layer in self.hidden:
            x = self.act(layer(x))
            if self.training:
                x = x * (torch.rand(x.shape) < 1 - self.p) / (1 - self.p)
        return self.readout(x)


# %% train_step
def train_step(model, optimiser, error_function, x, y):
    def closure():
        optimiser.zero_grad()
        error = error_function(model(x), y)
        error.backward()
        return error

    return optimiser.step(closure).item()
