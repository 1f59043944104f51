# All parameters start with the same value.
# scores: SentimentRNN 0, others full

# %% SentimentRNN
class SentimentRNN(nn.Module):
    def __init__(self, vocab_size, dim, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, dim)
        self.layer = nn.RNN(dim, hidden, batch_first=True)
        self.output = nn.Linear(hidden, 1)
        for p in self.parameters():
            nn.init.constant_(p, 0.1)

    def forward(self, ids, lengths):
        H, _ = self.layer(self.embedding(ids))
        last = H[torch.arange(len(ids)), lengths - 1]
        return self.output(last).squeeze(1)
