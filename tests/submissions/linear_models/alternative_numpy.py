# NumPy inside, tensors outside.
# scores: others full

# %% design_matrix
def design_matrix(x, degree):
    return torch.from_numpy(np.power.outer(x.numpy(), np.arange(degree + 1))).to(x.dtype)


# %% fit_ols
def fit_ols(Phi, t):
    return torch.from_numpy(np.linalg.lstsq(Phi.numpy(), t.numpy(), rcond=None)[0])


# %% fit_gd
def fit_gd(Phi, t, lr, steps):
    X, y = Phi.numpy(), t.numpy()
    w, losses = np.zeros(X.shape[1], dtype=X.dtype), []
    for _ in range(steps):
        losses.append(float(np.mean((y - X @ w) ** 2)))
        w = w - lr * (2 * X.T @ (X @ w - y) / len(y)).astype(X.dtype)
    return torch.from_numpy(w), losses


# %% bootstrap_parameters
def bootstrap_parameters(fit, Phi, t, resamples, generator):
    seed = int(torch.randint(2**31, (1,), generator=generator))
    rng = np.random.default_rng(seed)
    chosen = rng.integers(len(t), size=(resamples, len(t)))
    return torch.stack([fit(Phi[i], t[i]) for i in chosen])
