# Puts the activation after the last layer too.
# scores: MLP 0, others full

# %% MLP
class MLP(nn.Module):
    def __init__(self, sizes, act=torch.tanh, p=0.0):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(d, h) for d, h in itertools.pairwise(sizes))
        self.act = act
        self.dropout = nn.Dropout(p)

    def forward(self, x):
        for layer in self.layers:
            x = self.act(layer(x))
            x = self.dropout(x) if layer is not self.layers[-1] else x
        return x
