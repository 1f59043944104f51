# Numbers the tokens before the rare ones are dropped, so that numbers are missing.
# scores: build_vocab 0, others full

# %% build_vocab
from collections import Counter


def build_vocab(train_texts, min_count):
    counts = Counter(token for text in train_texts for token in tokenise(text))
    vocab = {"<pad>": 0, "<unk>": 1}
    for i, token in enumerate(sorted(counts)):
        if counts[token] >= min_count:
            vocab[token] = i + 2
    return vocab
