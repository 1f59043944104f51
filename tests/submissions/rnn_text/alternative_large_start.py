# Initial values from the standard normal distribution.
# scores: others full

# %% SentimentRNN
class SentimentRNN(nn.Module):
    def __init__(self, vocab_size, dim, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, dim)
        self.Wx = nn.Linear(dim, hidden)
        self.Wh = nn.Linear(hidden, hidden, bias=False)
        self.output = nn.Linear(hidden, 1)
        for p in self.parameters():
            nn.init.normal_(p)

    def forward(self, ids, lengths):
        h = torch.zeros(len(ids), self.Wh.in_features)
        for t in range(ids.shape[1]):
            new = torch.tanh(self.Wx(self.embedding(ids[:, t])) + self.Wh(h))
            h = torch.where((t < lengths)[:, None], new, h)
        return self.output(h).squeeze(1)
