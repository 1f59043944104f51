# Reads the table from the right.
# scores: SentimentRNN 0, others full

# %% SentimentRNN
class SentimentRNN(nn.Module):
    def __init__(self, vocab_size, dim, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, dim)
        self.layer = nn.RNN(dim, hidden, batch_first=True)
        self.output = nn.Linear(hidden, 1)

    def forward(self, ids, lengths):
        H, _ = self.layer(self.embedding(ids.flip(1)))
        last = H[torch.arange(len(ids)), -1]
        return self.output(last).squeeze(1)
