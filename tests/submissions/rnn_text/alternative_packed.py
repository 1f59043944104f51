# Packed sequences, gather, a closure; numpy counts; gradients cleared at the end.
# scores: others full

# %% build_vocab
def build_vocab(train_texts, min_count):
    tokens = [token for text in train_texts for token in tokenise(text)]
    names, counts = np.unique(np.array(tokens, dtype=object).astype(str), return_counts=True)
    pairs = sorted(
        (-count, name) for name, count in zip(names.tolist(), counts.tolist()) if count >= min_count
    )
    return dict(zip(["<pad>", "<unk>", *[name for _, name in pairs]], range(len(pairs) + 2)))


# %% encode
def encode(texts, vocab, max_len):
    rows = [
        [vocab.get(t, vocab["<unk>"]) for t in tokenise(text)][:max_len] or [vocab["<unk>"]]
        for text in texts
    ]
    lengths = torch.as_tensor([len(row) for row in rows], dtype=torch.long)
    ids = nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True)
    return nn.functional.pad(ids, (0, max_len - ids.shape[1])), lengths


# %% rnn_forward
def rnn_forward(x, h0, Wx, Wh, b):
    layer = nn.RNN(x.shape[2], h0.shape[1], batch_first=True).to(x.dtype)
    weights = {
        "weight_ih_l0": Wx,
        "weight_hh_l0": Wh,
        "bias_ih_l0": b,
        "bias_hh_l0": torch.zeros_like(b),
    }
    return torch.func.functional_call(layer, weights, (x, h0.unsqueeze(0)))[0]


# %% last_valid_state
def last_valid_state(H, lengths):
    where = (lengths - 1).view(-1, 1, 1).expand(-1, 1, H.size(2))
    return H.gather(1, where).squeeze(1)


# %% SentimentRNN
class SentimentRNN(nn.Module):
    def __init__(self, vocab_size, dim, hidden):
        super().__init__()
        self.out = nn.Linear(hidden, 1)
        self.rnn = nn.RNN(dim, hidden, batch_first=True)
        self.emb = nn.Embedding(vocab_size, dim, padding_idx=0)

    def forward(self, ids, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(
            self.emb(ids), lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        _, h = self.rnn(packed)
        return self.out(h[-1])[:, 0]


# %% train_step
def train_step(model, optimiser, ids, lengths, y, max_norm):
    model.train()
    errors = []

    def closure():
        optimiser.zero_grad()
        error = nn.BCEWithLogitsLoss()(model(ids, lengths), y)
        error.backward()
        nn.utils.clip_grad_norm_(list(model.parameters()), max_norm, norm_type=2.0)
        errors.append(error.item())
        return error

    optimiser.step(closure)
    return errors[0]
