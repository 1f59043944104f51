"""Generated samples: the truth behind them is known, and n and seed decide everything."""

from __future__ import annotations

import math
from typing import Any

import torch

from basicdeepnets.data.sample import Sample

_OWN: dict[str, Any] = {"origin": "generated", "licence": "none needed"}


def _generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _halves(n: int) -> torch.Tensor:
    """n labels 0 and 1, in turn."""
    if n < 2:
        raise ValueError(f"a sample of two classes needs at least two objects, not {n}")
    return torch.arange(n) % 2


def two_spirals(n: int = 400, seed: int = 0, noise: float = 0.05, turns: float = 1.5) -> Sample:
    """Two spirals around each other in the plane.

    Parameters
    ----------
    n, seed : int
        Objects; seed of the generator.
    noise : float
        Standard deviation of the normal noise on both coordinates.
    turns : float
        How often each spiral goes round.

    Returns
    -------
    Sample
        x (n, 2) within about [-1, 1], y (n,) 0 or 1 in turn, equally many.
    """
    generator, y = _generator(seed), _halves(n)
    # The square root spreads the objects evenly along the arm.
    radius = torch.rand(n, generator=generator).sqrt()
    angle = 2 * math.pi * turns * radius + math.pi * y
    x = torch.stack((radius * angle.cos(), radius * angle.sin()), 1)
    return Sample(
        name="two_spirals",
        x=x + noise * torch.randn(n, 2, generator=generator),
        y=y,
        features=("x1", "x2"),
        classes=("first arm", "second arm"),
        target="spiral",
        description=f"Two spirals of {turns:g} turns with normal noise of sd {noise:g}.",
        **_OWN,
    )


def two_moons(n: int = 400, seed: int = 0, noise: float = 0.15) -> Sample:
    """Two half circles, one reaching into the other.

    Parameters
    ----------
    n, seed : int
        Objects; seed of the generator.
    noise : float
        Standard deviation of the normal noise on both coordinates.

    Returns
    -------
    Sample
        x (n, 2), y (n,) 0 or 1 in turn. Moon 0 is the upper half of the unit circle; moon 1 its
        lower half, moved by (1, 0.5).
    """
    generator, y = _generator(seed), _halves(n)
    angle = math.pi * (torch.rand(n, generator=generator) + y)
    x = torch.stack((angle.cos() + y, angle.sin() + 0.5 * y), 1)
    return Sample(
        name="two_moons",
        x=x + noise * torch.randn(n, 2, generator=generator),
        y=y,
        features=("x1", "x2"),
        classes=("upper moon", "lower moon"),
        target="moon",
        description=f"Two half circles with normal noise of sd {noise:g}.",
        **_OWN,
    )


def curve(x: torch.Tensor, kind: str = "sine") -> torch.Tensor:
    """The noise-free curve behind :func:`noisy_curve`.

    Parameters
    ----------
    x : Tensor
        Any shape.
    kind : {"sine", "step"}
        sin(pi x), or -1 left of zero and 1 from zero on.

    Returns
    -------
    Tensor
        Of the same shape.
    """
    if kind == "sine":
        return (math.pi * x).sin()
    if kind == "step":
        return torch.where(x < 0, -1.0, 1.0)
    raise ValueError(f'kind is "sine" or "step", not {kind!r}')


def noisy_curve(n: int = 100, seed: int = 0, noise: float = 0.2, kind: str = "sine") -> Sample:
    """A curve of one variable with noise of a known size.

    Parameters
    ----------
    n, seed : int
        Objects; seed of the generator.
    noise : float
        Standard deviation of the normal noise on y.
    kind : {"sine", "step"}
        See :func:`curve`.

    Returns
    -------
    Sample
        x (n, 1) uniform in [-1, 1], sorted; y (n,) = curve(x) + noise.
    """
    generator = _generator(seed)
    x = (2 * torch.rand(n, generator=generator) - 1).sort().values
    return Sample(
        name="noisy_curve",
        x=x.unsqueeze(1),
        y=curve(x, kind) + noise * torch.randn(n, generator=generator),
        features=("x",),
        target="y",
        description=f"The curve {kind} with normal noise of sd {noise:g}.",
        **_OWN,
    )


def arc(n: int = 400, seed: int = 0, noise: float = 0.05) -> Sample:
    """A curved line in the plane: one hidden coordinate, two measured ones.

    Parameters
    ----------
    n, seed : int
        Objects; seed of the generator.
    noise : float
        Standard deviation of the normal noise on both coordinates.

    Returns
    -------
    Sample
        x (n, 2) = (t, sin(pi t)) + noise, y (n,) the place t on the line, uniform in [-1, 1].
    """
    generator = _generator(seed)
    t = 2 * torch.rand(n, generator=generator) - 1
    x = torch.stack((t, (math.pi * t).sin()), 1)
    return Sample(
        name="arc",
        x=x + noise * torch.randn(n, 2, generator=generator),
        y=t,
        features=("x1", "x2"),
        target="place on the line",
        description=f"A wave in the plane with normal noise of sd {noise:g}.",
        **_OWN,
    )


def swiss(n: int = 800, seed: int = 0, noise: float = 0.0) -> Sample:
    """A rolled-up sheet in space: two hidden coordinates, three measured ones.

    Parameters
    ----------
    n, seed : int
        Objects; seed of the generator.
    noise : float
        Standard deviation of the normal noise on the three coordinates.

    Returns
    -------
    Sample
        x (n, 3) within about [-1, 1], y (n,) the angle along the roll, 1.5 pi .. 4.5 pi.
    """
    generator = _generator(seed)
    angle = 1.5 * math.pi + 3 * math.pi * torch.rand(n, generator=generator)
    across = 2 * torch.rand(n, generator=generator) - 1
    radius = angle / (4.5 * math.pi)
    x = torch.stack((radius * angle.cos(), across, radius * angle.sin()), 1)
    return Sample(
        name="swiss",
        x=x + noise * torch.randn(n, 3, generator=generator),
        y=angle,
        features=("x1", "x2", "x3"),
        target="angle along the roll [rad]",
        description=f"A sheet rolled up in space with normal noise of sd {noise:g}.",
        **_OWN,
    )


def ring_of_gaussians(
    n: int = 800, seed: int = 0, modes: int = 8, radius: float = 2.0, noise: float = 0.1
) -> Sample:
    """Normal clouds on a circle.

    Parameters
    ----------
    n, seed : int
        Objects; seed of the generator.
    modes : int
        Number of clouds.
    radius, noise : float
        Radius of the circle; standard deviation of a cloud in each direction.

    Returns
    -------
    Sample
        x (n, 2), y (n,) the cloud, each equally often. Cloud k is centred at the angle 2 pi k /
        modes.
    """
    generator = _generator(seed)
    y = torch.arange(n) % modes
    angle = 2 * math.pi * y / modes
    centre = radius * torch.stack((angle.cos(), angle.sin()), 1)
    return Sample(
        name="ring_of_gaussians",
        x=centre + noise * torch.randn(n, 2, generator=generator),
        y=y,
        features=("x1", "x2"),
        classes=tuple(f"cloud {k}" for k in range(modes)),
        target="cloud",
        description=f"{modes} normal clouds of sd {noise:g} on a circle of radius {radius:g}.",
        **_OWN,
    )


def gaussian_mixture_1d(
    n: int = 1000,
    seed: int = 0,
    means: tuple[float, ...] = (-2.0, 1.0),
    sds: tuple[float, ...] = (0.5, 0.8),
    weights: tuple[float, ...] = (0.4, 0.6),
) -> Sample:
    """A mixture of normal distributions on the line.

    Parameters
    ----------
    n, seed : int
        Objects; seed of the generator.
    means, sds, weights : tuple of float
        Of the parts; the weights are made to add up to one.

    Returns
    -------
    Sample
        x (n, 1), y (n,) the part that an object was drawn from.
    """
    if not len(means) == len(sds) == len(weights):
        raise ValueError("every part of the mixture needs a mean, an sd and a weight")
    generator = _generator(seed)
    y = torch.multinomial(torch.tensor(weights), n, replacement=True, generator=generator)
    x = torch.tensor(means)[y] + torch.tensor(sds)[y] * torch.randn(n, generator=generator)
    parts = ", ".join(f"N({m:g}, {s:g}^2)" for m, s in zip(means, sds, strict=True))
    return Sample(
        name="gaussian_mixture_1d",
        x=x.unsqueeze(1),
        y=y,
        features=("x",),
        classes=tuple(f"part {k}" for k in range(len(means))),
        target="part of the mixture",
        description=f"A mixture of {parts} with weights {', '.join(f'{w:g}' for w in weights)}.",
        **_OWN,
    )


def adding_task(n: int = 1000, seed: int = 0, length: int = 50) -> Sample:
    """Series of numbers, two of them marked; the sum of the marked ones is asked for.

    It needs memory: one mark lies in the first half of the series, the other in the second.

    Parameters
    ----------
    n, seed : int
        Objects; seed of the generator.
    length : int
        T, at least 2.

    Returns
    -------
    Sample
        x (n, T, 2): a number uniform in [0, 1] and a mark 0 or 1; y (n,) the sum, with mean 1 and
        variance 1/6.
    """
    if length < 2:
        raise ValueError(
            f"a series needs room for two marks, so a length of at least 2, not {length}"
        )
    generator, half = _generator(seed), length // 2
    number = torch.rand(n, length, generator=generator)
    mark = torch.zeros(n, length)
    rows = torch.arange(n)
    mark[rows, torch.randint(half, (n,), generator=generator)] = 1
    mark[rows, half + torch.randint(length - half, (n,), generator=generator)] = 1
    return Sample(
        name="adding_task",
        x=torch.stack((number, mark), 2),
        y=(number * mark).sum(1),
        target="sum of the two marked numbers",
        description=f"Series of {length} numbers in [0, 1], two of them marked.",
        **_OWN,
    )


def planted_keyword(
    n: int = 1000, seed: int = 0, shortest: int = 5, longest: int = 20, words: int = 50
) -> Sample:
    """Texts of nonsense words, one of which, somewhere, decides the class.

    Parameters
    ----------
    n, seed : int
        Objects; seed of the generator.
    shortest, longest : int
        Number of words in a text, uniform between the two.
    words : int
        Number of different words that mean nothing: "w0", "w1", ...

    Returns
    -------
    Sample
        x list of n texts, words apart by spaces; y (n,) 0 or 1 in turn. A text holds exactly one of
        the keywords, "no" (class 0) or "yes" (class 1), at a place uniform in the text.
    """
    if not 1 <= shortest <= longest:
        raise ValueError("lengths have to obey 1 <= shortest <= longest")
    generator, y = _generator(seed), _halves(n)
    lengths = torch.randint(shortest, longest + 1, (n,), generator=generator)
    places = (torch.rand(n, generator=generator) * lengths).long()
    texts = []
    for length, place, label in zip(lengths.tolist(), places.tolist(), y.tolist(), strict=True):
        text = [f"w{i}" for i in torch.randint(words, (length,), generator=generator).tolist()]
        text[place] = ("no", "yes")[label]
        texts.append(" ".join(text))
    return Sample(
        name="planted_keyword",
        x=texts,
        y=y,
        classes=("no", "yes"),
        target="keyword",
        description="Nonsense texts that hold one of two keywords somewhere.",
        **_OWN,
    )


def reversal(n: int = 1000, seed: int = 0, shortest: int = 3, longest: int = 10) -> Sample:
    """Random words of the letters a-j, and the same words read backwards.

    Parameters
    ----------
    n, seed : int
        Objects; seed of the generator.
    shortest, longest : int
        Number of letters, uniform between the two.

    Returns
    -------
    Sample
        x list of n words, y list of n words: y[i] is x[i] backwards.
    """
    if not 1 <= shortest <= longest:
        raise ValueError("lengths have to obey 1 <= shortest <= longest")
    generator = _generator(seed)
    lengths = torch.randint(shortest, longest + 1, (n,), generator=generator)
    letters = torch.randint(10, (n, longest), generator=generator)
    x = [
        "".join("abcdefghij"[i] for i in row[:length])
        for row, length in zip(letters.tolist(), lengths.tolist(), strict=True)
    ]
    return Sample(
        name="reversal",
        x=x,
        y=[word[::-1] for word in x],
        target="the word backwards",
        description="Random words and the same words backwards.",
        **_OWN,
    )
