# Keeps the biases outside of the parameters.
# scores: MLP 0, others full

# %% MLP
class MLP(nn.Module):
    def __init__(self, sizes, act=torch.tanh, p=0.0):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Linear(d, h, bias=False) for d, h in itertools.pairwise(sizes)
        )
        self.biases = [torch.zeros(h) for h in sizes[1:]]
        self.act, self.dropout = act, nn.Dropout(p)

    def forward(self, x):
        for i, layer in enumerate(self.layers):
            x = layer(x) + self.biases[i].to(x.dtype)
            x = self.dropout(self.act(x)) if i + 1 < len(self.layers) else x
        return x
