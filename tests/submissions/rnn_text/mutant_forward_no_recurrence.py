# Each step starts from h0.
# scores: rnn_forward 0, others full

# %% rnn_forward
def rnn_forward(x, h0, Wx, Wh, b):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = torch.tanh(x[:, t] @ Wx.T + h0 @ Wh.T + b)
        states.append(h)
    return torch.stack(states, dim=1)
