# nn.RNNCell with the time axis first, a mask that multiplies, einsum; clears gradients at the end.
# scores: others full

# %% rnn_forward
def rnn_forward(x, h0, Wx, Wh, b):
    inputs = torch.einsum("ntd,hd->tnh", x, Wx) + b
    H = [h0]
    for u in inputs:
        H.append((u + torch.einsum("nk,hk->nh", H[-1], Wh)).tanh())
    return torch.stack(H[1:]).transpose(0, 1)


# %% last_valid_state
def last_valid_state(H, lengths):
    last = nn.functional.one_hot(lengths - 1, H.shape[1]).to(H.dtype)
    return torch.einsum("nth,nt->nh", H, last)


# %% SentimentRNN
class SentimentRNN(nn.Module):
    def __init__(self, vocab_size, dim, hidden):
        super().__init__()
        self.words = nn.Embedding(vocab_size, dim)
        self.cell = nn.RNNCell(dim, hidden)
        self.head = nn.Sequential(nn.Linear(hidden, 1), nn.Flatten(0))
        nn.init.orthogonal_(self.cell.weight_hh)
        nn.init.zeros_(self.head[0].bias)

    def forward(self, ids, lengths):
        states, h = [], None
        for e in self.words(ids).transpose(0, 1):
            h = self.cell(e, h)
            states.append(h)
        states = torch.stack(states)
        return self.head(states[lengths - 1, torch.arange(len(ids))])


# %% train_step
def train_step(model, optimiser, ids, lengths, y, max_norm):
    z = model(ids, lengths)
    error = -(y * nn.functional.logsigmoid(z) + (1 - y) * nn.functional.logsigmoid(-z)).mean()
    error.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimiser.step()
    optimiser.zero_grad()
    return error.detach().item()
