# Loops over places, windows and objects.
# scores: others full

# %% out_size
def out_size(n, k, s=1, p=0):
    places, begin = 0, -p
    while begin + k <= n + p:
        places, begin = places + 1, begin + s
    return places


# %% conv2d
def conv2d(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    O, _, kh, kw = w.shape
    padded = x.new_zeros(N, C, H + 2 * pad, W + 2 * pad)
    padded[:, :, pad : pad + H, pad : pad + W] = x
    h, v = (H + 2 * pad - kh) // stride + 1, (W + 2 * pad - kw) // stride + 1
    y = x.new_zeros(N, O, h, v)
    for n in range(N):
        for o in range(O):
            for i in range(h):
                for j in range(v):
                    top, left = i * stride, j * stride
                    window = padded[n, :, top : top + kh, left : left + kw]
                    y[n, o, i, j] = (window * w[o]).sum() + b[o]
    return y


# %% max_pool2d
def max_pool2d(x, k):
    rows = []
    for i in range(x.shape[2] // k):
        row = []
        for j in range(x.shape[3] // k):
            window = x[:, :, i * k : i * k + k, j * k : j * k + k]
            row.append(window.flatten(2).max(dim=2)[0])
        rows.append(torch.stack(row, dim=2))
    return torch.stack(rows, dim=2)


# %% ConvNet
class ConvNet(nn.Module):
    def __init__(self, channels, kernel, classes, pool=2):
        super().__init__()
        self.size = pool
        self.readout = nn.Parameter(torch.randn(classes, channels[-1]) * channels[-1] ** -0.5)
        self.offset = nn.Parameter(torch.zeros(classes))
        self.w, self.b = nn.ParameterList(), nn.ParameterList()
        for before, after in zip(channels, channels[1:]):
            inputs = before * kernel * kernel
            self.w.append(
                nn.Parameter(torch.randn(after, before, kernel, kernel) * (2 / inputs) ** 0.5)
            )
            self.b.append(nn.Parameter(torch.zeros(after)))

    def features(self, x):
        for w, b in zip(self.w, self.b):
            x = torch.conv2d(x, w, b, padding=w.shape[-1] // 2)
            x = torch.max_pool2d(torch.clamp(x, min=0), self.size)
        return x.flatten(2).max(dim=2)[0]

    def forward(self, x):
        return self.features(x) @ self.readout.T + self.offset


# %% fit
def fit(model, error_function, optimiser, x, y, epochs, batch, generator):
    errors = []
    for epoch in range(epochs):
        order = torch.rand(len(x), generator=generator).argsort()
        weighted = 0
        for start in range(0, len(x), batch):
            some = order[start : start + batch]
            model.train()
            loss = error_function(model(x[some]), y[some])
            loss.backward()
            optimiser.step()
            optimiser.zero_grad()
            weighted = weighted + loss.item() * some.numel() / len(x)
        errors.append(weighted)
    return errors


# %% evaluate
@torch.no_grad()
def evaluate(model, error_function, batches):
    was_training = model.training
    model.eval()
    total, mistakes, count = 0, 0, 0
    for x, y in batches:
        output = model(x)
        total += float(error_function(output, y)) * y.shape[0]
        mistakes += sum(int(row.argmax()) != int(label) for row, label in zip(output, y))
        count += y.shape[0]
    if was_training:
        model.train()
    return total / count, mistakes / count
