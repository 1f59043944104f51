# Keeps the layers in a plain list, which registers nothing.
# scores: MLP 0, others full

# %% MLP
class MLP(nn.Module):
    def __init__(self, sizes, act=torch.tanh, p=0.0):
        super().__init__()
        self.layers = [nn.Linear(d, h) for d, h in itertools.pairwise(sizes)]
        self.act = act
        self.dropout = nn.Dropout(p)

    def forward(self, x):
        *hidden, last = self.layers
        for layer in hidden:
            x = self.dropout(self.act(layer(x)))
        return last(x)
