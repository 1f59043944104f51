"""Figures of the error analysis, and a few that many networks share.

Every function draws into `ax`, or into a new figure without it, and returns the axes; all accept
torch tensors and numpy arrays. Bands are mean +- 2 sd and say so in the legend. Names differ in
colour, line and marker, so that a figure survives a grey printer and most colour blindness.

The four standard figures are `learning_curve`, `sample_size`, `structure` and `parameter_sd`; what
they draw comes from the functions of `basicdeepnets.analysis`.
"""

import functools
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import torch
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.ticker import MaxNLocator

from basicdeepnets.analysis import Curve, beta_interval

__all__ = [
    "attention_map",
    "beta_intervals",
    "confusion_matrix",
    "decision_surface",
    "ellipse",
    "image_grid",
    "learning_curve",
    "parameter_sd",
    "predictive_band",
    "reliability",
    "sample_size",
    "structure",
]

Array = npt.ArrayLike | torch.Tensor
P = ParamSpec("P")
R = TypeVar("R")

# Okabe and Ito (2008), Color Universal Design; without yellow, which is too pale on white.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
LINES = ["-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (1, 2))]
MARKERS = ["o", "s", "^", "D", "v", "P", "X"]
STYLE: Any = {
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "grid.alpha": 0.3,
    "legend.edgecolor": "none",
    "legend.framealpha": 0.7,
    "font.size": 10,
    "axes.titlesize": 11,
    "legend.title_fontsize": "small",
    "legend.fontsize": "small",
}


def _styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Draw in this module's style and leave matplotlib's settings as they were."""

    @functools.wraps(draw)
    def styled(*args: P.args, **kwargs: P.kwargs) -> R:
        with plt.rc_context(STYLE):
            return draw(*args, **kwargs)

    return styled


@_styled
def learning_curve(
    curves: Mapping[str, Array],
    unit: str = "",
    title: str = "Error during optimisation",
    log: bool = False,
    quantity: str = "error",
    step: str = "epoch",
    ax: Axes | None = None,
) -> Axes:
    """Error during optimisation: mean over seeds and a band of 2 standard deviations.

    Parameters
    ----------
    curves : dict of array of shape (S, epochs)
        For each name, one row a seed, as from `analysis.learning_curve`. One seed has no band.
    unit : str
        Unit of the error ("nats", "%", "mg/dl").
    title : str
        Title of the figure.
    log : bool
        Logarithmic axis of the error. A band that would reach 0 ends at half of the smallest
        error of its epoch.
    quantity, step : str
        What is on the axes, where it is not error and epoch (return and episode, for instance).
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
    """
    ax = ax or _axes()
    runs = set()
    for i, (name, curve) in enumerate(_named(curves).items()):
        errors = _numpy(curve).astype(float)
        if errors.ndim != 2:
            raise ValueError(f"{name!r} must have shape (seeds, epochs), it is {errors.shape}")
        count, epochs = errors.shape
        runs.add(count)
        mean, x = errors.mean(axis=0), np.arange(1, epochs + 1)
        ax.plot(x, mean, **_look(i), label=name, markevery=max(1, epochs // 10))
        if count > 1:
            sd = errors.std(axis=0, ddof=1)
            low = mean - 2 * sd
            if log:
                # An end below 0 has no place on this axis: stop at half of the smallest error.
                low = np.maximum(low, errors.min(axis=0) / 2)
            ax.fill_between(x, low, mean + 2 * sd, color=COLOURS[i % 7], alpha=0.2, lw=0)
    if log:
        ax.set_yscale("log")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(title=title, xlabel=step, ylabel=_with_unit(quantity, unit))
    _legend(ax, _runs(runs))
    return ax


@_styled
def sample_size(
    curves: Mapping[str, Curve],
    sufficient: int | None = None,
    unit: str = "",
    title: str = "Is the sample sufficient?",
    quantity: str = "error",
    ax: Sequence[Axes] | None = None,
) -> npt.NDArray[Any]:
    """Error and its variance against sample size, in two panels.

    The variance of an error that averages over the sample falls as 1/m; the dotted lines do so,
    through the (geometric) middle of each curve. With S seeds a variance is itself uncertain, by
    a factor of about ``1 +- sqrt(2 / (S - 1))``. Its axis is logarithmic: a variance of 0 has no
    place on it.

    Parameters
    ----------
    curves : dict of Curve
        As from `analysis.sample_size_curve`.
    sufficient : int, optional
        The sufficient size to mark, as from `analysis.sufficient_size`.
    unit : str
        Unit of the error.
    title : str
        Title of the left panel.
    quantity : str
        What is on the axis, where it is not error.
    ax : two Axes, optional
        Where to draw the error and the variance.

    Returns
    -------
    ndarray of two Axes
        The error and the variance.
    """
    left, right = axes = _two_axes(ax)
    settings: set[int] = set()
    reference = None
    for i, (name, curve) in enumerate(_named(curves).items()):
        order = np.argsort(curve.settings)
        m = np.asarray(curve.settings, dtype=float)[order]
        variance = curve.variance[order]
        settings |= set(curve.settings)
        _band(left, m, curve.mean[order], curve.sd[order], _look(i), name)
        right.plot(m, variance, **_look(i), label=name)
        positive = variance > 0
        if positive.any():
            middle = np.exp(np.mean(np.log(variance[positive] * m[positive])))
            (reference,) = right.plot(m, middle / m, color=COLOURS[i % 7], lw=1, ls=(0, (1, 1)))
    for panel in axes:
        panel.set_xscale("log")
        _size_ticks(panel, sorted(settings))
        panel.set_xlabel("objects in the training sample, m")
        if sufficient is not None:
            panel.axvline(sufficient, color="0.35", lw=1.2, label=f"sufficient: m = {sufficient}")
    if reference is not None:
        right.set_yscale("log")
        right.plot([], [], color="0.35", lw=1, ls=(0, (1, 1)), label="proportional to 1/m")
    left.set(title=title, ylabel=_with_unit(quantity, unit))
    right.set(title="Variance over runs", ylabel=_with_unit(f"variance of {quantity}", unit, 2))
    _legend(right, _runs({curve.errors.shape[1] for curve in curves.values()}), outside=True)
    return axes


@_styled
def structure(
    curves: Mapping[str, Curve],
    parameters: Sequence[int] | None = None,
    unit: str = "",
    title: str = "Error against structure",
    quantity: str = "error",
    xlabel: str = "structure",
    ax: Sequence[Axes] | None = None,
) -> npt.NDArray[Any]:
    """Error and its variance against structure, in two panels.

    Structures stand at equal distances in the order given. Numbers are joined by lines and have a
    band; strings and tuples have an error bar of 2 sd each.

    Parameters
    ----------
    curves : dict of Curve
        As from `analysis.structure_curve`; all have the same structures.
    parameters : sequence of int, optional
        Number of parameters of each structure, written with it.
    unit : str
        Unit of the error.
    title : str
        Title of the left panel.
    quantity : str
        What is on the axis, where it is not error.
    xlabel : str
        What the structure is ("hidden units").
    ax : two Axes, optional
        Where to draw the error and the variance.

    Returns
    -------
    ndarray of two Axes
        The error and the variance.
    """
    settings = next(iter(_named(curves).values())).settings
    if any(curve.settings != settings for curve in curves.values()):
        raise ValueError("all curves must have the same structures in the same order")
    if parameters is not None and len(parameters) != len(settings):
        raise ValueError(f"{len(settings)} structures need as many numbers of parameters")
    left, right = axes = _two_axes(ax)
    numeric = all(isinstance(s, int | float | np.number) for s in settings)
    x = np.arange(len(settings))
    for i, (name, curve) in enumerate(curves.items()):
        if numeric:
            _band(left, x, curve.mean, curve.sd, _look(i), name)
            right.plot(x, curve.variance, **_look(i), label=name)
        else:
            shifted = x + 0.12 * (i - (len(curves) - 1) / 2)
            look = {**_look(i), "ls": "", "label": name}
            left.errorbar(shifted, curve.mean, 2 * curve.sd, capsize=3, **look)
            right.plot(shifted, curve.variance, **look)
    if any((curve.variance > 0).any() for curve in curves.values()):
        right.set_yscale("log")
    labels = [_setting(s) for s in settings]
    if parameters is not None:
        xlabel += "\nnumber of parameters"
    for panel in axes:
        _category_ticks(panel, labels, [_short(n) for n in parameters or ()], numeric)
        panel.set_xlabel(xlabel)
    left.set(title=title, ylabel=_with_unit(quantity, unit))
    right.set(title="Variance over runs", ylabel=_with_unit(f"variance of {quantity}", unit, 2))
    _legend(right, _runs({curve.errors.shape[1] for curve in curves.values()}), outside=True)
    return axes


@_styled
def parameter_sd(
    names: Sequence[str],
    sds: Mapping[str, Array],
    unit: str = "",
    title: str = "How sure are the parameters?",
    log: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Standard deviations of parameters (or predictions) by several methods, side by side.

    Parameters
    ----------
    names : sequence of P str
        Names of the parameters.
    sds : dict of array of shape (P,)
        For each method ("formula", "bootstrap") one standard deviation a parameter.
    unit : str
        Their unit.
    title : str
        Title of the figure.
    log : bool
        Logarithmic axis, for standard deviations of very different size.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
    """
    ax = ax or _axes(height=1.4 + 0.25 * max(len(names), 6))
    y = np.arange(len(names))
    for i, (method, sd) in enumerate(_named(sds).items()):
        values = _numpy(sd)
        if values.shape != y.shape:
            raise ValueError(f"{method!r} must have one sd for each of the {len(y)} names")
        # Every second marker is hollow: two methods that agree would otherwise hide each other.
        look = {**_look(i), "ls": "", "ms": 9, "mfc": "none"} if i % 2 else {**_look(i), "ls": ""}
        ax.plot(values, y, **look, label=method)
    if log:
        ax.set_xscale("log")
    else:
        ax.set_xlim(left=0)
    ax.set_yticks(y, list(names))
    ax.set_ylim(len(y) - 0.5, -0.5)
    ax.set(title=title, xlabel=_with_unit("standard deviation", unit))
    _legend(ax, outside=True)
    return ax


@_styled
def decision_surface(
    predict: Callable[[torch.Tensor], Array],
    x: Array,
    y: Array,
    classes: Sequence[str],
    features: Sequence[str],
    title: str = "Decision surface",
    ax: Axes | None = None,
) -> Axes:
    """Predicted class over the plane of two features, and the sample on it.

    Colours fade where the model is unsure; black lines part the classes.

    Parameters
    ----------
    predict : callable
        ``predict(points)``: points is a tensor of shape (M, 2), of the type of `x`; returns
        probabilities of shape (M, K) or labels of shape (M,). Called without gradients.
    x : array of shape (N, 2)
        Two features of each object.
    y : array of shape (N,)
        Class of each object, 0 to K - 1.
    classes : sequence of K str
        Names of the classes.
    features : sequence of two str
        Names of the features, with their units.
    title : str
        Title of the figure.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
    """
    points, labels = _numpy(x), _numpy(y)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"x must have shape (objects, 2), it is {points.shape}")
    if len(classes) > len(COLOURS):
        raise ValueError(f"at most {len(COLOURS)} classes can be told apart in one figure")
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.08 * (high - low) + 1e-9
    low, high = low - margin, high + margin
    n = 150
    u, v = np.linspace(low[0], high[0], n), np.linspace(low[1], high[1], n)
    grid = np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)
    dtype = x.dtype if isinstance(x, torch.Tensor) else torch.get_default_dtype()
    with torch.no_grad():
        p = _probabilities(_numpy(predict(torch.tensor(grid, dtype=dtype))), len(grid), classes)

    ax = ax or _axes(width=5.2, height=4.2)
    palette = np.array([to_rgb(c) for c in COLOURS[: len(classes)]])
    paint = 1 - 0.45 * (1 - p @ palette)
    extent = (low[0], high[0], low[1], high[1])
    ax.imshow(paint.reshape(n, n, 3), origin="lower", extent=extent, aspect="auto", zorder=0)
    for k in range(len(classes) if len(classes) > 2 else 1):
        lead = (p[:, k] - np.delete(p, k, axis=1).max(axis=1)).reshape(n, n)
        if lead.min() < 0 < lead.max():
            ax.contour(u, v, lead, levels=[0], colors="black", linewidths=1)
    for k, name in enumerate(classes):
        u, v = points[labels == k].T
        look = {**_look(k), "ls": "", "mec": "black", "mew": 0.6}
        ax.plot(u, v, **look, label=name)
    ax.grid(False)
    ax.set(title=title, xlabel=features[0], ylabel=features[1])
    _legend(ax, outside=True)
    return ax


@_styled
def image_grid(
    images: Array | Sequence[Array],
    titles: Sequence[str] | None = None,
    columns: int = 8,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Images side by side, all on one scale of grey.

    Parameters
    ----------
    images : array of shape (N, H, W), (N, 1, H, W), (N, 3, H, W) or (N, H, W, 3)
        Grey or colour images. Colours are 0..1 or, as integers, 0..255.
    titles : sequence of N str, optional
        A short title above each image.
    columns : int
        Number of images in a row.
    title : str
        Title of the figure.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
    """
    pixels = _numpy(images)
    if pixels.ndim == 4 and pixels.shape[1] == 1:
        pixels = pixels[:, 0]
    elif pixels.ndim == 4 and pixels.shape[1] == 3:
        pixels = pixels.transpose(0, 2, 3, 1)
    if not (pixels.ndim == 3 or (pixels.ndim == 4 and pixels.shape[3] == 3)) or not len(pixels):
        raise ValueError(f"images must have shape (N, H, W) or (N, 3, H, W), not {pixels.shape}")
    if titles is not None and len(titles) != len(pixels):
        raise ValueError(f"{len(pixels)} images need as many titles, not {len(titles)}")
    colour = pixels.ndim == 4
    low, high = (0, 255 if pixels.dtype.kind in "iu" else 1) if colour else _range(pixels)
    scaled = np.clip((pixels - low) / (high - low), 0, 1)

    n, h, w = pixels.shape[:3]
    columns = min(columns, n)
    rows = -(-n // columns)
    gap = max(1, w // 12)
    head = gap if titles is None else max(gap, round(0.3 * h))
    height, width = rows * (h + head), columns * (w + gap) - gap
    mosaic = np.ones((height, width, *pixels.shape[3:]))
    ax = ax or _axes(width=0.9 * columns + 0.4, height=0.9 * columns * height / width + 0.5)
    for i, image in enumerate(scaled):
        top, left = (i // columns) * (h + head) + head, (i % columns) * (w + gap)
        mosaic[top : top + h, left : left + w] = image
        if titles is not None:
            above = left + w / 2 - 0.5, top - head / 2 - 0.5
            ax.text(*above, titles[i], ha="center", va="center", fontsize="small")
    ax.imshow(mosaic, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    ax.set_title(title)
    ax.set_axis_off()
    return ax


@_styled
def confusion_matrix(
    true: Array,
    predicted: Array,
    classes: Sequence[str],
    title: str = "Confusion matrix",
    ax: Axes | None = None,
) -> Axes:
    """How many objects of each class get which label.

    Parameters
    ----------
    true, predicted : array of shape (N,)
        Classes, 0 to K - 1.
    classes : sequence of K str
        Names of the classes.
    title : str
        Title of the figure.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        Numbers are objects; the shade is the share of the row.
    """
    rows, columns = _numpy(true).astype(int), _numpy(predicted).astype(int)
    if rows.shape != columns.shape or rows.ndim != 1:
        raise ValueError(f"true and predicted differ in shape: {rows.shape}, {columns.shape}")
    k = len(classes)
    counts = np.zeros((k, k), dtype=int)
    np.add.at(counts, (rows, columns), 1)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    ax = ax or _axes(width=2.2 + 0.45 * k, height=2 + 0.4 * k)
    shade = ax.imshow(share, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    ax.figure.colorbar(shade, ax=ax, label="share of the true class")
    for i in range(k):
        for j in range(k):
            if counts[i, j]:
                ink = "white" if share[i, j] > 0.6 else "black"
                ax.text(j, i, str(counts[i, j]), ha="center", va="center", color=ink)
    _matrix_ticks(ax, classes, classes)
    ax.set(title=title, xlabel="predicted class", ylabel="true class")
    return ax


@_styled
def predictive_band(
    x: Array,
    mean: Array,
    sd: Array,
    points: tuple[Array, Array] | None = None,
    xlabel: str = "x",
    ylabel: str = "y",
    label: str = "prediction",
    title: str = "Prediction and its uncertainty",
    ax: Axes | None = None,
) -> Axes:
    """Mean of a prediction with a band of 2 standard deviations, and the sample.

    Parameters
    ----------
    x, mean, sd : array of shape (N,)
        Where is predicted (in any order), the mean and the standard deviation there.
    points : pair of arrays, optional
        x and y of the sample.
    xlabel, ylabel : str
        Names of the axes, with units.
    label : str
        Name of the prediction in the legend; call twice with one `ax` to compare two.
    title : str
        Title of the figure.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
    """
    at, middle, spread = (_numpy(a).astype(float).reshape(-1) for a in (x, mean, sd))
    if not at.shape == middle.shape == spread.shape:
        raise ValueError(
            f"x, mean and sd differ in length: {len(at)}, {len(middle)}, {len(spread)}"
        )
    ax = ax or _axes()
    order = np.argsort(at)
    i = len(ax.lines)
    _band(ax, at[order], middle[order], spread[order], {**_look(i), "marker": ""}, label)
    if points is not None:
        px, py = (_numpy(a).reshape(-1) for a in points)
        ax.scatter(px, py, s=14, color="black", alpha=0.6, zorder=3, label="sample")
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
    _legend(ax, "band: mean ± 2 sd")
    return ax


@_styled
def attention_map(
    weights: Array,
    rows: Sequence[str],
    columns: Sequence[str],
    title: str = "Attention",
    ax: Axes | None = None,
) -> Axes:
    """Attention weights: who (row) looks at whom (column).

    Parameters
    ----------
    weights : array of shape (R, C)
        Weights of one head and one object; rows sum to 1.
    rows : sequence of R str
        Tokens that look (queries, outputs).
    columns : sequence of C str
        Tokens that are looked at (keys, inputs).
    title : str
        Title of the figure.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
    """
    w = _numpy(weights)
    if w.shape != (len(rows), len(columns)):
        raise ValueError(
            f"weights must have shape ({len(rows)}, {len(columns)}): rows, columns; not {w.shape}"
        )
    ax = ax or _axes(width=2.2 + 0.3 * len(columns), height=1.6 + 0.3 * len(rows))
    shade = ax.imshow(w, cmap="Blues", vmin=0, aspect="auto")
    ax.figure.colorbar(shade, ax=ax, label="attention weight")
    _matrix_ticks(ax, rows, columns)
    ax.set(title=title, xlabel="looked at (key)", ylabel="looks (query)")
    return ax


@_styled
def ellipse(
    mean: Array,
    cov: Array,
    names: Sequence[str] = ("w0", "w1"),
    label: str = "",
    title: str = "Posterior of two parameters",
    ax: Axes | None = None,
) -> Axes:
    """Ellipse of 2 standard deviations of a Gaussian in the plane.

    It is where the Mahalanobis distance to the mean is 2, and holds ``1 - exp(-2)`` = 86 % of the
    probability (not the 95 % of one dimension).

    Parameters
    ----------
    mean : array of shape (2,)
        Mean.
    cov : array of shape (2, 2)
        Covariance.
    names : two str
        Names of the two parameters, with units.
    label : str
        Name in the legend ("after 20 points"); call again with the same `ax` for another one.
    title : str
        Title of the figure.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
    """
    centre, covariance = _numpy(mean).astype(float).reshape(-1), _numpy(cov).astype(float)
    if centre.shape != (2,) or covariance.shape != (2, 2):
        raise ValueError(
            f"mean and cov must have shapes (2,) and (2, 2), not {centre.shape}, {covariance.shape}"
        )
    values, vectors = np.linalg.eigh(covariance)
    if values.min() < -1e-9 * abs(values).max():
        raise ValueError(f"cov is no covariance: it has the negative eigenvalue {values.min():.3g}")
    angle = np.linspace(0, 2 * np.pi, 200)
    circle = np.stack([np.cos(angle), np.sin(angle)])
    edge = centre[:, None] + 2 * vectors @ (np.sqrt(np.maximum(values, 0))[:, None] * circle)
    ax = ax or _axes(width=5, height=4)
    i = sum(line.get_gid() == "ellipse" for line in ax.lines)
    ax.plot(*edge, **{**_look(i), "marker": ""}, gid="ellipse")
    ax.plot(*centre, **_look(i), label=label or "mean")
    ax.set(title=title, xlabel=names[0], ylabel=names[1])
    _legend(ax, "mean and ellipse of 2 sd")
    return ax


@_styled
def reliability(
    probabilities: Array,
    outcomes: Array,
    bins: int = 10,
    title: str = "Are the probabilities right?",
    ax: Axes | None = None,
) -> Axes:
    """Reliability diagram: how often it happens when the model says p.

    Parameters
    ----------
    probabilities : array of shape (N,)
        Predicted probability, 0 to 1. For K classes, that of the predicted class.
    outcomes : array of shape (N,)
        1 if it happened (if the prediction was right), else 0.
    bins : int
        Number of bins of equal width; empty ones are left out.
    title : str
        Title of the figure.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        Bars are 95 % posterior intervals of the frequency (`analysis.beta_interval`).
    """
    p, happened = _numpy(probabilities).astype(float), _numpy(outcomes).astype(float)
    if p.shape != happened.shape or p.ndim != 1 or not len(p):
        raise ValueError(f"give N probabilities and N outcomes, not {p.shape} and {happened.shape}")
    if p.min() < 0 or p.max() > 1 or not np.isin(happened, (0, 1)).all():
        raise ValueError("probabilities must lie in 0..1 and outcomes must be 0 or 1")
    which = np.minimum((p * bins).astype(int), bins - 1)
    said, seen, low, high = [], [], [], []
    for b in np.unique(which):
        own = which == b
        said.append(p[own].mean())
        seen.append(happened[own].mean())
        ends = beta_interval(int(happened[own].sum()), int(own.sum()))
        low.append(max(seen[-1] - ends[0], 0))
        high.append(max(ends[1] - seen[-1], 0))
    ax = ax or _axes(width=4.6, height=4.2)
    ax.plot([0, 1], [0, 1], color="0.35", ls="--", lw=1, label="ideal")
    ax.errorbar(said, seen, [low, high], **_look(0), capsize=3, label="sample, 95 % interval")
    ax.set(title=title, xlabel="predicted probability", ylabel="observed frequency")
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    _legend(ax)
    return ax


@_styled
def beta_intervals(
    correct: Mapping[str, tuple[int, int]],
    level: float = 0.95,
    title: str = "Accuracy",
    ax: Axes | None = None,
) -> Axes:
    """Accuracies of several models with their posterior intervals.

    Parameters
    ----------
    correct : dict of pair of int
        For each name, the number of right answers and the number of all.
    level : float
        Posterior probability of the intervals.
    title : str
        Title of the figure.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        Points are right / all; bars are `analysis.beta_interval`.
    """
    ax = ax or _axes(height=1.6 + 0.35 * max(len(_named(correct)), 3))
    for i, (k, n) in enumerate(_named(correct).values()):
        low, high = beta_interval(k, n, level)
        ax.plot([low, high], [i, i], color=COLOURS[0], lw=2, marker="|", ms=10)
        ax.plot(k / n, i, color=COLOURS[0], marker="o")
    ax.set_yticks(range(len(correct)), [f"{name} ({n})" for name, (_, n) in correct.items()])
    ax.set_ylim(len(correct) - 0.5, -0.5)
    ax.set(title=title, xlabel=f"share of right answers, {100 * level:g} % posterior interval")
    ax.set_ylabel("model (answers)")
    return ax


def _axes(width: float = 6, height: float = 3.8) -> Axes:
    return plt.subplots(figsize=(width, height), layout="constrained")[1]


def _two_axes(ax: Sequence[Axes] | None) -> npt.NDArray[Any]:
    if ax is None:
        return plt.subplots(1, 2, figsize=(10.5, 3.6), layout="constrained")[1]
    axes = np.asarray(ax, dtype=object)
    if axes.shape != (2,):
        raise ValueError("this figure has two panels: give two axes, as from plt.subplots(1, 2)")
    return axes


def _numpy(values: Any) -> npt.NDArray[Any]:
    if isinstance(values, torch.Tensor):
        return values.detach().cpu().numpy()
    if isinstance(values, list | tuple):
        return np.asarray([_numpy(v) for v in values])
    return np.asarray(values)


def _named(curves: Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(curves, Mapping) or not curves:
        raise ValueError('give a dict of what is to be drawn, such as {"test": ...}')
    return curves


def _look(i: int) -> dict[str, Any]:
    return {"color": COLOURS[i % 7], "ls": LINES[i % 7], "marker": MARKERS[i % 7], "ms": 5}


def _band(ax: Axes, x: Any, mean: Any, sd: Any, look: dict[str, Any], label: str) -> None:
    ax.plot(x, mean, **look, label=label)
    ax.fill_between(x, mean - 2 * sd, mean + 2 * sd, color=look["color"], alpha=0.2, lw=0)


def _legend(ax: Axes, title: str | None = None, outside: bool = False) -> None:
    place: dict[str, Any] = {"loc": "center left", "bbox_to_anchor": (1.01, 0.5)} if outside else {}
    ax.legend(title=title, alignment="left", **place)


def _runs(runs: set[int]) -> str:
    if runs == {1}:
        return "one run"
    return f"mean ± 2 sd\nover {runs.pop()} runs" if len(runs) == 1 else "mean ± 2 sd over runs"


def _with_unit(name: str, unit: str, power: int = 1) -> str:
    if not unit:
        return name
    if power == 1:
        return f"{name}, {unit}"
    return f"{name}, {unit}²" if unit.isalpha() or len(unit) == 1 else f"{name}, ({unit})²"


def _setting(setting: Any) -> str:
    if isinstance(setting, tuple):
        return ", ".join(map(_setting, setting))
    return f"{setting:.3g}" if isinstance(setting, float) else str(setting)


def _short(n: int) -> str:
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if n >= size:
            return f"{n / size:.3g}{letter}"
    return str(n)


def _range(pixels: npt.NDArray[Any]) -> tuple[float, float]:
    low, high = float(np.min(pixels)), float(np.max(pixels))
    return (low, high) if high > low else (low, low + 1)


def _size_ticks(ax: Axes, sizes: Sequence[int]) -> None:
    # Sizes themselves, those that would overlap on a logarithmic axis left out, largest kept.
    gap = 0.07 * np.log(sizes[-1] / sizes[0])
    shown: list[int] = []
    for m in reversed(sizes):
        if not shown or np.log(shown[-1] / m) >= gap:
            shown.append(m)
    ax.set_xticks(shown, [str(m) for m in shown])
    ax.set_xticks([], minor=True)


def _category_ticks(ax: Axes, labels: Sequence[str], counts: Sequence[str], numeric: bool) -> None:
    # A panel has room for some 48 characters: numbers are thinned out, names wrapped or turned.
    widest = max(map(len, [*labels, *counts])) + 1
    every = -(-len(labels) * widest // 48) if numeric else 1
    room = max(6, 48 // len(labels) - 2)
    longest_word = max(len(word) for label in labels for word in label.split())
    turned = not numeric and longest_word > room
    if not numeric and not turned:
        labels = [textwrap.fill(label, room) for label in labels]
    if counts:
        between = ", " if turned else "\n"
        labels = [label + between + n for label, n in zip(labels, counts, strict=True)]
    turn: dict[str, Any] = {}
    if turned:
        turn = {"rotation": 30, "ha": "right", "rotation_mode": "anchor"}
    ax.set_xticks(range(0, len(labels), every), labels[::every], **turn)


def _matrix_ticks(ax: Axes, rows: Sequence[str], columns: Sequence[str]) -> None:
    crowded = max(len(str(c)) for c in columns) > 3
    ax.set_xticks(range(len(columns)), list(columns), rotation=90 if crowded else 0)
    ax.set_yticks(range(len(rows)), list(rows))
    ax.grid(False)


def _probabilities(predicted: npt.NDArray[Any], m: int, classes: Sequence[str]) -> npt.NDArray[Any]:
    k = len(classes)
    if predicted.shape == (m, k):
        return predicted
    whole = predicted.shape == (m,) and np.isin(predicted, range(k)).all()
    if not whole:
        raise ValueError(
            f"predict must return probabilities of shape ({m}, {k}) or labels 0..{k - 1} of shape "
            f"({m},); it returned shape {predicted.shape}. Of two classes give both probabilities"
        )
    return np.eye(k)[predicted.astype(int)]
