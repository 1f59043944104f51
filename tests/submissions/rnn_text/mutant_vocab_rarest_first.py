# The rarest tokens first.
# scores: build_vocab 0, others full

# %% build_vocab
def build_vocab(train_texts, min_count):
    counts = {}
    for text in train_texts:
        for token in tokenise(text):
            counts[token] = counts.get(token, 0) + 1
    kept = [token for token in counts if counts[token] >= min_count]
    kept.sort(key=lambda token: (counts[token], token))
    return {token: i for i, token in enumerate(["<pad>", "<unk>", *kept])}
