# Skips <pad> and <unk> inside a text, and what has a small number.
# scores: SentimentRNN 0, others full

# %% SentimentRNN
class SentimentRNN(nn.Module):
    def __init__(self, vocab_size, dim, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, dim)
        self.Wx = nn.Linear(dim, hidden)
        self.Wh = nn.Linear(hidden, hidden, bias=False)
        self.output = nn.Linear(hidden, 1)

    def forward(self, ids, lengths):
        h = torch.zeros(len(ids), self.Wh.in_features)
        for t in range(ids.shape[1]):
            new = torch.tanh(self.Wx(self.embedding(ids[:, t])) + self.Wh(h))
            h = torch.where(((t < lengths) & (ids[:, t] > 3))[:, None], new, h)
        return self.output(h).squeeze(1)
