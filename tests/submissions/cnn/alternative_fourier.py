# Convolves by the Fourier transform; divides by floor and by mask.
# scores: others full

# %% out_size
import math


def out_size(n, k, s=1, p=0):
    return math.floor((n - k + 2 * p) / s + 1)


# %% conv2d
def conv2d(x, w, b, stride=1, pad=0):
    kh, kw = w.shape[-2:]
    x = nn.functional.pad(x, [pad] * 4)
    size = (x.shape[2] + kh - 1, x.shape[3] + kw - 1)
    spectrum = torch.fft.rfft2(x, s=size)[:, None] * torch.fft.rfft2(w.flip((2, 3)), s=size)[None]
    full = torch.fft.irfft2(spectrum.sum(dim=2), s=size)
    valid = full[:, :, kh - 1 : x.shape[2], kw - 1 : x.shape[3]]
    return valid[:, :, ::stride, ::stride] + b[:, None, None]


# %% max_pool2d
def max_pool2d(x, k):
    height, width = x.shape[2] - x.shape[2] % k, x.shape[3] - x.shape[3] % k
    corners = [x[:, :, i:height:k, j:width:k] for i in range(k) for j in range(k)]
    return torch.stack(corners).max(dim=0).values


# %% ConvNet
class ConvNet(nn.Module):
    def __init__(self, channels, kernel, classes, pool=2):
        super().__init__()
        for i in range(1, len(channels)):
            w = torch.empty(channels[i], channels[i - 1], kernel, kernel)
            self.register_parameter(f"w{i}", nn.Parameter(nn.init.orthogonal_(w)))
            self.register_parameter(f"b{i}", nn.Parameter(torch.zeros(channels[i])))
        self.depth, self.pool = len(channels) - 1, pool
        self.out = nn.Linear(channels[-1], classes)

    def features(self, x):
        for i in range(1, self.depth + 1):
            w, b = getattr(self, f"w{i}"), getattr(self, f"b{i}")
            x = nn.functional.conv2d(x, w, padding="same") + b.view(-1, 1, 1)
            x = nn.functional.max_pool2d(torch.maximum(x, torch.zeros_like(x)), self.pool)
        return nn.functional.adaptive_max_pool2d(x, 1)[:, :, 0, 0]

    def forward(self, x):
        return self.out(self.features(x))


# %% fit
def fit(model, error_function, optimiser, x, y, epochs, batch, generator):
    history = []
    n = x.size(0)
    for _ in range(epochs):
        model.train(True)
        sampler = torch.utils.data.RandomSampler(range(n), generator=generator)
        total = torch.zeros((), dtype=torch.float64)
        for indices in torch.utils.data.BatchSampler(sampler, batch, drop_last=False):
            model.zero_grad(set_to_none=False)
            loss = error_function(model(x[indices]), y[indices])
            loss.backward()
            optimiser.step()
            total += loss.detach() * len(indices)
        history.append((total / n).item())
    return history
