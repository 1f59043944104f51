# Drops in eval mode too.
# scores: MLP 0, others full

# %% MLP
class MLP(nn.Module):
    def __init__(self, sizes, act=torch.tanh, p=0.0):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(d, h) for d, h in itertools.pairwise(sizes))
        self.act = act
        self.dropout = p

    def forward(self, x):
        *hidden, last = self.layers
        for layer in hidden:
            x = nn.functional.dropout(self.act(layer(x)), self.dropout)
        return last(x)
