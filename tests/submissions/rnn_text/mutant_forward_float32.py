# Collects the states in a table of float32.
# scores: rnn_forward 0, others full

# %% rnn_forward
def rnn_forward(x, h0, Wx, Wh, b):
    H, h = torch.zeros(len(x), x.shape[1], len(b)), h0
    for t in range(x.shape[1]):
        h = torch.tanh(x[:, t] @ Wx.T + h @ Wh.T + b)
        H[:, t] = h
    return H
