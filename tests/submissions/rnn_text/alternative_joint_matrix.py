# One matrix for word and state, one-hot words, one text after the other; loss by functional form.
# scores: others full

# %% last_valid_state
def last_valid_state(H, lengths):
    mask = torch.arange(1, H.shape[1] + 1, device=H.device) == lengths[:, None]
    return H[mask]


# %% SentimentRNN
class SentimentRNN(nn.Module):
    def __init__(self, vocab_size, dim, hidden):
        super().__init__()
        self.vocab_size, self.hidden = vocab_size, hidden
        self.table = nn.Linear(vocab_size, dim, bias=False)
        self.step = nn.Linear(hidden + dim, hidden)
        self.output = nn.Linear(hidden, 1)
        nn.init.normal_(self.table.weight)

    def forward(self, ids, lengths):
        logits = []
        for row, length in zip(ids, lengths):
            h = torch.zeros(self.hidden)
            for token in row[:length]:
                e = self.table(nn.functional.one_hot(token, self.vocab_size).float())
                h = torch.tanh(self.step(torch.cat([h, e])))
            logits.append(self.output(h))
        return torch.cat(logits)


# %% train_step
def train_step(model, optimiser, ids, lengths, y, max_norm):
    parameters = list(model.parameters())
    error = nn.functional.binary_cross_entropy_with_logits(
        model(ids, lengths), y, reduction="sum"
    ) / len(y)
    gradients = torch.autograd.grad(error, parameters)
    norm = torch.cat([g.reshape(-1) for g in gradients]).norm().item()
    scale = min(1.0, max_norm / norm) if norm > 0 else 1.0
    for p, g in zip(parameters, gradients):
        p.grad = scale * g
    optimiser.step()
    return error.item()
