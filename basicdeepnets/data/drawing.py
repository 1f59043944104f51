"""Pictures of a sample, one for each kind of x. They tell classes apart by colour and by shape."""

from __future__ import annotations

from typing import Any

import torch
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.ticker import MaxNLocator
from torch import Tensor

from basicdeepnets.data.sample import Sample

# Okabe and Ito's palette, which colour-blind readers can tell apart, and two colours more.
COLOURS = (
    *("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"),
    *("#000000", "#999999", "#F0E442"),
    "#882255",
)
MARKERS = "os^DvP*X<>"
MOST_CURVES = 30


def draw(sample: Sample) -> Axes:
    """The picture of :meth:`Sample.plot`."""
    if len(sample) == 0:
        raise ValueError(f"{sample.name}: an empty sample has no picture")
    _, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    x = sample.x
    if sample.adjacency is not None:
        _graph(axes, sample)
    elif isinstance(x, Tensor) and x.dim() == 4:
        _pictures(axes, sample)
    elif isinstance(x, Tensor) and x.dim() == 2:
        _table(axes, sample)
    elif isinstance(x[0], Tensor):
        _series(axes, sample)
    elif isinstance(x[0], list) and isinstance(x[0][0], tuple):
        _melody(axes, sample)
    else:
        _lengths(axes, sample)
    axes.set_title(f"{sample.name}: {len(sample)} objects")
    return axes


def _members(sample: Sample) -> list[tuple[str, Tensor, str, str]]:
    """(name, mask, colour, marker) of every class that has objects; of all without classes."""
    if not sample.classes:
        return [("", torch.ones(len(sample), dtype=torch.bool), COLOURS[0], MARKERS[0])]
    return [
        (name, sample.y == c, COLOURS[c % len(COLOURS)], MARKERS[c % len(MARKERS)])
        for c, name in enumerate(sample.classes)
        if (sample.y == c).any()
    ]


def _legend(axes: Axes, sample: Sample) -> None:
    if sample.classes:
        legend = axes.legend(title=sample.target, fontsize="small")
        if len(sample.classes) > 5:
            legend.set_loc("center left")
            legend.set_bbox_to_anchor((1, 0.5))


def _scatter(axes: Axes, sample: Sample, first: Tensor, second: Tensor) -> None:
    """Points coloured by class, or by the value of y."""
    size = 14 if len(sample) < 2000 else 4
    if sample.y is None or sample.classes:
        for name, mask, colour, marker in _members(sample):
            axes.scatter(
                first[mask], second[mask], s=size, c=colour, marker=marker, label=name, alpha=0.8
            )
        _legend(axes, sample)
    else:
        points = axes.scatter(first, second, s=size, c=sample.y, cmap="cividis")
        axes.figure.colorbar(points, ax=axes, label=sample.target)


def _table(axes: Axes, sample: Sample) -> None:
    x, names = sample.x, sample.features or tuple(f"x{i}" for i in range(1, sample.x.shape[1] + 1))
    if x.shape[1] > 50:
        _spectra(axes, sample)
    elif x.shape[1] == 2:
        _scatter(axes, sample, x[:, 0], x[:, 1])
        axes.set(xlabel=names[0], ylabel=names[1])
    elif x.shape[1] > 2:
        # More than two columns: the plane in which the standardised table varies most.
        table = sample.standardise(sample)[0].x
        plane = table @ torch.linalg.svd(table, full_matrices=False).Vh[:2].T
        _scatter(axes, sample, plane[:, 0], plane[:, 1])
        axes.set(
            xlabel=f"first principal component of {x.shape[1]} columns",
            ylabel="second principal component",
        )
    elif sample.y is not None and not sample.classes:
        line = names[0].startswith("time")
        marker, style = ("." if len(x) < 500 else "", "-") if line else ("o", "")
        axes.plot(x[:, 0], sample.y, marker=marker, ls=style, lw=0.8, ms=4, c=COLOURS[0])
        axes.set(xlabel=names[0], ylabel=sample.target)
    else:
        edges = torch.linspace(float(x.min()), float(x.max()), 41).tolist()
        parts = _members(sample)
        axes.hist(
            [x[mask, 0].tolist() for _, mask, _, _ in parts],
            edges,
            color=[colour for _, _, colour, _ in parts],
            label=[name for name, _, _, _ in parts],
            stacked=True,
        )
        axes.set(xlabel=names[0], ylabel="objects")
        _legend(axes, sample)


def _spread(n: int, most: int) -> Tensor:
    """At most so many of n numbers, evenly spread."""
    return torch.linspace(0, n - 1, min(n, most)).round().long()


def _spectra(axes: Axes, sample: Sample) -> None:
    heads = [name.split()[0] for name in sample.features]
    units = {name.partition(" ")[2] for name in sample.features}
    try:
        places, label = [float(head) for head in heads], f"[{', '.join(units)}]"
    except ValueError:
        places, label = list(range(sample.x.shape[1])), "number of the column"
    if sample.classes or sample.y is None:
        for name, mask, colour, _ in _members(sample):
            curves = sample.x[mask][_spread(int(mask.sum()), 8)]
            axes.plot(places, curves[0], lw=0.7, color=colour, label=name)
            axes.plot(places, curves[1:].T, lw=0.7, color=colour)
        _legend(axes, sample)
    else:
        known = (~sample.y.isnan()).nonzero().flatten()
        chosen = known[_spread(len(known), MOST_CURVES)]
        low, high = float(sample.y[known].min()), float(sample.y[known].max())
        scale = ScalarMappable(Normalize(low, high), "cividis")
        colours = scale.to_rgba(sample.y[chosen].numpy())
        for i, colour in zip(chosen.tolist(), colours, strict=True):
            axes.plot(places, sample.x[i], lw=0.7, color=colour)
        axes.figure.colorbar(scale, ax=axes, label=sample.target)
    # Where a sensor is blind, a few wild values would hide all others.
    some = sample.x.flatten()[:: max(1, sample.x.numel() // 100_000)]
    low, high = some.quantile(torch.tensor([0.1, 0.9])).tolist()
    axes.set(xlabel=label, ylabel="measured value")
    if float(sample.x.max() - sample.x.min()) > 10 * (high - low) > 0:
        axes.set_ylim(1.7 * low - 0.7 * high, 1.7 * high - 0.7 * low)


def _pictures(axes: Axes, sample: Sample) -> None:
    """A row of pictures for each class, or three rows without classes."""
    columns = 10
    if sample.classes:
        chosen = [mask.nonzero().flatten() for _, mask, _, _ in _members(sample)][:12]
        names = [name for name, _, _, _ in _members(sample)][:12]
        rows = [part[_spread(len(part), columns)] for part in chosen]
    else:
        rows = list(_spread(len(sample), 3 * columns).split(columns))
        names = []
    channels, height, width = sample.x.shape[1:]
    wide = max(map(len, rows))
    sheet = torch.ones(channels, len(rows) * (height + 1), wide * (width + 1))
    for r, row in enumerate(rows):
        for c, i in enumerate(row.tolist()):
            top, left = r * (height + 1), c * (width + 1)
            sheet[:, top : top + height, left : left + width] = sample.x[i]
    axes.imshow(sheet.movedim(0, -1).squeeze(-1).clamp(0, 1).numpy(), cmap="gray", vmin=0, vmax=1)
    axes.set_xticks([])
    axes.set_yticks([(r + 0.5) * (height + 1) for r in range(len(names))], names)
    axes.set(xlabel=f"pictures of {height} x {width} pixels", ylabel=sample.target)


def _series(axes: Axes, sample: Sample) -> None:
    """One series of each class; of series without classes, the channels of the first one."""
    if sample.classes:
        for name, mask, colour, _ in _members(sample):
            axes.plot(sample.x[int(mask.nonzero()[0])][:, 0], color=colour, label=name)
        axes.set_ylabel("first channel, one object of each class")
        _legend(axes, sample)
    else:
        for c, values in enumerate(sample.x[0].T):
            colour = COLOURS[c % len(COLOURS)]
            axes.plot(values, marker=MARKERS[c % 10], ms=3, color=colour, label=f"channel {c + 1}")
        axes.set_ylabel("values of the first object")
        axes.legend(fontsize="small")
    axes.set_xlabel("step")


def _melody(axes: Axes, sample: Sample) -> None:
    time = 0.0
    for pitch, length in sample.x[0]:
        if pitch is not None:
            axes.plot(
                [time, time + length], [pitch, pitch], lw=4, c=COLOURS[0], solid_capstyle="butt"
            )
        time += length
    axes.set(xlabel="time of the first melody [quarter notes]", ylabel="pitch [MIDI number]")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))


def _lengths(axes: Axes, sample: Sample) -> None:
    """How long the texts are: in words if most have several, else in characters."""
    texts = isinstance(sample.x[0], str)
    words = texts and sum(" " in text for text in sample.x) > len(sample) / 2
    unit = ("words" if words else "characters") if texts else "steps"

    def length(item: Any) -> int:
        return len(item.split()) if words else len(item)

    lengths = torch.tensor([length(item) for item in sample.x])
    parts = _members(sample)
    last = max(float(lengths.float().quantile(0.99)), 1.0)
    edges = torch.linspace(-0.5, last + 0.5, min(40, int(last) + 2)).tolist()
    axes.hist(
        [lengths[mask].clamp(max=last).tolist() for _, mask, _, _ in parts],
        edges,
        color=[colour for _, _, colour, _ in parts],
        label=[name for name, _, _, _ in parts],
        stacked=True,
    )
    axes.set(xlabel=f"length [{unit}], longest 1 % in the last bar", ylabel="objects")
    _legend(axes, sample)


def _graph(axes: Axes, sample: Sample) -> None:
    import networkx

    assert sample.adjacency is not None
    graph = networkx.from_numpy_array(sample.adjacency.numpy())
    place = networkx.spring_layout(graph, seed=0)
    networkx.draw_networkx_edges(graph, place, ax=axes, edge_color="#BBBBBB", width=0.6)
    points = torch.tensor([list(place[i]) for i in range(len(sample))])
    for name, mask, colour, marker in _members(sample):
        x, y = points[mask].T
        axes.scatter(x, y, s=25, c=colour, marker=marker, label=name, zorder=2)
    _legend(axes, sample)
    axes.set_axis_off()
