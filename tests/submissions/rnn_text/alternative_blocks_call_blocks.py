# The model calls the earlier blocks; other classes and functions beside them.
# scores: others full

# %% SentimentRNN
class Recurrent(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.Wx, self.Wh = (
            nn.Parameter(torch.empty(hidden, dim)),
            nn.Parameter(torch.eye(hidden) * 0.5),
        )
        self.b = nn.Parameter(torch.zeros(1, hidden))
        nn.init.xavier_uniform_(self.Wx)

    def forward(self, x):
        return rnn_forward(x, torch.zeros(len(x), self.Wh.shape[0]), self.Wx, self.Wh, self.b[0])


class SentimentRNN(nn.Module):
    def __init__(self, vocab_size, dim, hidden):
        super().__init__()
        self.parts = nn.ModuleDict(
            {
                "e": nn.Embedding(vocab_size, dim),
                "r": Recurrent(dim, hidden),
                "o": nn.Linear(hidden, 1),
            }
        )

    def forward(self, ids, lengths):
        ids = ids[:, : int(lengths.max())]
        return self.parts["o"](
            last_valid_state(self.parts["r"](self.parts["e"](ids)), lengths)
        ).reshape(-1)
