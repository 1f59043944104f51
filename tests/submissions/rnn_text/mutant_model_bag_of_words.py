# A bag of words: the mean embedding through a hidden layer.
# scores: SentimentRNN 0, others full

# %% SentimentRNN
class SentimentRNN(nn.Module):
    def __init__(self, vocab_size, dim, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, dim)
        self.layer = nn.Linear(dim, hidden)
        self.output = nn.Linear(hidden, 1)

    def forward(self, ids, lengths):
        inside = (torch.arange(ids.shape[1]) < lengths[:, None])[:, :, None]
        mean = (self.embedding(ids) * inside).sum(dim=1) / lengths[:, None]
        return self.output(torch.tanh(self.layer(mean))).squeeze(1)
