# Uses the functions of torch wherever there is one.
# scores: others full

# %% out_size
def out_size(n, k, s=1, p=0):
    x, w = torch.zeros(1, 1, n), torch.zeros(1, 1, k)
    return nn.functional.conv1d(x, w, stride=s, padding=p).shape[-1]


# %% conv2d
def conv2d(x, w, b, stride=1, pad=0):
    return nn.functional.conv2d(x, w, b, stride=stride, padding=pad)


# %% max_pool2d
def max_pool2d(x, k):
    return nn.MaxPool2d(k)(x)


# %% ConvNet
class ConvNet(nn.Module):
    def __init__(self, channels, kernel, classes, pool=2):
        super().__init__()
        layers = []
        for i in range(len(channels) - 1):
            layers.append(nn.Conv2d(channels[i], channels[i + 1], kernel, padding="same"))
            layers += [nn.ReLU(), nn.MaxPool2d(pool)]
        self.features = nn.Sequential(*layers, nn.AdaptiveMaxPool2d(1), nn.Flatten())
        self.classifier = nn.Linear(channels[-1], classes)

    def forward(self, x):
        return self.classifier(self.features(x))


# %% fit
def fit(model, error_function, optimiser, x, y, epochs, batch, generator):
    loader = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(x, y), batch_size=batch, shuffle=True, generator=generator
    )
    history = []
    for _ in range(epochs):
        model.train()
        errors, sizes = [], []
        for x_batch, y_batch in loader:
            loss = error_function(model(x_batch), y_batch)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            errors.append(loss.detach())
            sizes.append(len(x_batch))
        history.append(float(np.average([float(e) for e in errors], weights=sizes)))
    return history


# %% evaluate
def evaluate(model, error_function, batches):
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    with torch.inference_mode():
        logits = torch.cat([model(x) for x, _ in batches])
        y = torch.cat([y for _, y in batches])
        error = float(error_function(logits, y))
        wrong = float((logits.max(dim=1).indices != y).float().mean())
    for module, training in modes:
        module.training = training
    return error, wrong
