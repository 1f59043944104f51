# Keeps the last tokens of a long text.
# scores: encode 0, others full

# %% encode
def encode(texts, vocab, max_len):
    ids = torch.zeros(len(texts), max_len, dtype=torch.int64)
    lengths = torch.zeros(len(texts), dtype=torch.int64)
    for n, text in enumerate(texts):
        row = [vocab.get(token, 1) for token in tokenise(text)[-max_len:]] or [1]
        ids[n, : len(row)] = torch.tensor(row)
        lengths[n] = len(row)
    return ids, lengths
