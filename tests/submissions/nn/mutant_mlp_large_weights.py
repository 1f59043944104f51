# Begins with standard normal weights whatever the number of inputs.
# scores: MLP 0, others full

# %% MLP
class MLP(nn.Module):
    def __init__(self, sizes, act=torch.tanh, p=0.0):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(d, h) for d, h in itertools.pairwise(sizes))
        self.act = act
        self.dropout = nn.Dropout(p)
        for layer in self.layers:
            nn.init.normal_(layer.weight)

    def forward(self, x):
        *hidden, last = self.layers
        for layer in hidden:
            x = self.dropout(self.act(layer(x)))
        return last(x)
