# Writes the new state into h0.
# scores: rnn_forward 0, others full

# %% rnn_forward
def rnn_forward(x, h0, Wx, Wh, b):
    states = []
    for t in range(x.shape[1]):
        new = torch.tanh(x[:, t] @ Wx.T + h0 @ Wh.T + b)
        h0.data.copy_(new)
        states.append(new)
    return torch.stack(states, dim=1)
