# The state is kept from batch to batch.
# scores: SentimentRNN 0, others full

# %% SentimentRNN
class SentimentRNN(nn.Module):
    def __init__(self, vocab_size, dim, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, dim)
        self.layer = nn.RNN(dim, hidden, batch_first=True)
        self.output = nn.Linear(hidden, 1)

    def forward(self, ids, lengths):
        h = getattr(self, "h", None)
        h = h if h is not None and h.shape[1] == len(ids) else None
        H, h = self.layer(self.embedding(ids), h)
        self.h = h.detach()
        last = H[torch.arange(len(ids)), lengths - 1]
        return self.output(last).squeeze(1)
