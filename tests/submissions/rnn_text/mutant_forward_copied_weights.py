# Copies the weights into nn.RNN: no gradient reaches them.
# scores: rnn_forward 0, others full

# %% rnn_forward
def rnn_forward(x, h0, Wx, Wh, b):
    layer = nn.RNN(x.shape[2], len(b), batch_first=True).to(x.dtype)
    layer.load_state_dict(
        {"weight_ih_l0": Wx, "weight_hh_l0": Wh, "bias_ih_l0": b, "bias_hh_l0": 0 * b}
    )
    return layer(x, h0[None])[0]
