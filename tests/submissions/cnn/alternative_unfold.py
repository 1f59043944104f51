# Unfolds windows and multiplies matrices; evaluates a copy.
# scores: others full

# %% out_size
def out_size(n, k, s=1, p=0):
    return len(range(0, n + 2 * p - k + 1, s))


# %% conv2d
def conv2d(x, w, b, stride=1, pad=0):
    O, _, kh, kw = w.shape
    columns = nn.functional.unfold(x, (kh, kw), padding=pad, stride=stride)
    y = w.reshape(O, -1) @ columns + b[:, None]
    h = (x.shape[2] + 2 * pad - kh) // stride + 1
    return y.reshape(x.shape[0], O, h, -1)


# %% max_pool2d
def max_pool2d(x, k):
    return x.unfold(2, k, k).unfold(3, k, k).amax(dim=(-1, -2))


# %% ConvNet
class ConvNet(nn.Module):
    def __init__(self, channels, kernel, classes, pool=2):
        super().__init__()
        self.last = nn.Conv2d(channels[-1], classes, 1)
        self.body = nn.Sequential()
        for number, (before, after) in enumerate(zip(channels, channels[1:])):
            layer = nn.Conv2d(before, after, kernel, 1, kernel // 2)
            nn.init.xavier_uniform_(layer.weight)
            block = nn.Sequential(layer, nn.MaxPool2d(pool), nn.ReLU())
            self.body.add_module(f"layer{number}", block)

    def features(self, x):
        return self.body(x).max(dim=3).values.max(dim=2).values

    def forward(self, x):
        return self.last(self.features(x)[:, :, None, None]).flatten(1)


# %% fit
def fit(model, error_function, optimiser, x, y, epochs, batch, generator):
    model.train()
    history = [0.0] * epochs
    for epoch in range(epochs):
        order = torch.multinomial(torch.ones(len(x)), len(x), generator=generator)
        for chosen in torch.tensor_split(order, tuple(range(batch, len(x), batch))):
            for group in optimiser.param_groups:
                for p in group["params"]:
                    p.grad = None
            loss = error_function(model.forward(x[chosen]), y[chosen])
            loss.backward()
            optimiser.step()
            history[epoch] += loss.detach().item() * chosen.shape[0] / x.shape[0]
    return history


# %% evaluate
import copy


def evaluate(model, error_function, batches):
    twin = copy.deepcopy(model).eval()
    errors, sizes, mistakes = [], [], []
    for x, y in batches:
        with torch.no_grad():
            logits = twin(x)
        errors.append(error_function(logits, y).item())
        sizes.append(len(y))
        mistakes.append((logits.softmax(dim=1).argmax(dim=1) != y).float().mean().item())
    share = np.average(mistakes, weights=sizes)
    return np.average(errors, weights=sizes), share
