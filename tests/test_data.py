"""Samples: what they hold, how they are split, and what every loader gives."""

import datetime
import itertools
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from basicdeepnets import data
from basicdeepnets.data import Sample

settings.register_profile("quick", max_examples=40, deadline=None)
settings.load_profile("quick")


@pytest.fixture(scope="session", autouse=True)
def archives() -> None:
    data.fetch(progress=False)


# --------------------------------------------------------------------------------------------
# Every loader

# Name: shape of x (or number of objects of a list), counts of the classes (or None).
SHAPES: dict[str, tuple[tuple[int, ...] | int, list[int] | None]] = {
    "autompg": ((392, 7), None),
    "breast_cancer": ((569, 30), [212, 357]),
    "diabetes": ((442, 10), None),
    "engel": ((235, 1), None),
    "fair": ((6366, 8), [4313, 2053]),
    "iris": ((150, 4), [50, 50, 50]),
    "wine": ((178, 13), [59, 71, 48]),
    "coffee": ((60, 1841), [20, 20, 20]),
    "fermentation": ((21, 1047), None),
    "fermentation_online": ((1626, 1047), None),
    "tecator": ((215, 100), None),
    "digits": ((1797, 1, 8, 8), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]),
    "faces": ((200, 1, 25, 25), [100, 100]),
    "icons": ((7367, 1, 32, 32), None),
    "mnist5k": ((5000, 1, 28, 28), [500] * 10),
    "scenes": ((1764, 3, 32, 32), [252] * 7),
    "textures": ((2352, 1, 32, 32), [784] * 3),
    "airline": ((144, 1), None),
    "co2": ((2225, 1), None),
    "ecg": ((7500, 2), [7148, 352]),
    "lynx": ((114, 1), None),
    "sunspots": ((309, 1), None),
    "vowels": (640, [61, 65, 118, 74, 59, 54, 70, 80, 59]),
    "amazon_snippets": (2383, [897, 1486]),
    "movie_snippets": (9023, [4484, 4539]),
    "nyt_snippets": (1420, [911, 509]),
    "questions": (5381, [86, 1153, 1245, 1215, 824, 858]),
    "sms": (5160, [4518, 642]),
    "tweets": (2599, [815, 1784]),
    "dates": (10000, None),
    "pronunciations": (117493, None),
    "melting_points": (11384, None),
    "smiles": (51809, None),
    "chorales": (408, None),
    "tunes": (2009, None),
    "block_model": ((90, 90), [30, 30, 30]),
    "countries": ((163, 163), [49, 25, 45, 44]),
    "karate": ((34, 34), [17, 17]),
    "adding_task": ((1000, 50, 2), None),
    "arc": ((400, 2), None),
    "gaussian_mixture_1d": ((1000, 1), None),
    "noisy_curve": ((100, 1), None),
    "planted_keyword": (1000, [500, 500]),
    "reversal": (1000, None),
    "ring_of_gaussians": ((800, 2), [100] * 8),
    "swiss": ((800, 3), None),
    "two_moons": ((400, 2), [200, 200]),
    "two_spirals": ((400, 2), [200, 200]),
}
# These follow the installed versions of other packages.
MOVING = {"docstrings": 20_000, "place_names": 5_000, "python_help": 60}


@pytest.fixture(scope="module")
def samples() -> dict[str, Sample]:
    return {name: loader() for name, loader in data.loaders().items()}


def test_every_loader_is_expected_and_reachable() -> None:
    assert set(data.loaders()) == set(SHAPES) | set(MOVING)
    assert set(data.loaders()) <= set(data.__all__)
    assert all(getattr(data, name) is loader for name, loader in data.loaders().items())


@pytest.mark.parametrize("name", data.loaders())
def test_loader(name: str, samples: dict[str, Sample]) -> None:
    sample = samples[name]
    assert sample.name == name
    assert sample.description.endswith(".")
    assert sample.origin
    assert sample.licence
    if name in MOVING:
        assert len(sample) >= MOVING[name]
    else:
        shape, counts = SHAPES[name]
        assert (tuple(sample.x.shape) if isinstance(sample.x, Tensor) else len(sample)) == shape
        if counts is not None:
            assert list(sample.counts.values()) == counts
    if isinstance(sample.x, Tensor):
        assert sample.x.dtype == torch.float32
        assert sample.x.isfinite().all()
        if sample.x.dim() == 4:
            assert 0 <= sample.x.min() < 0.1
            assert 0.9 < sample.x.max() <= 1
        if sample.x.dim() == 2:
            assert len(sample.features) == sample.x.shape[1]
            assert len(set(sample.features)) == len(sample.features)
    if sample.classes:
        assert sample.y.dtype == torch.int64
        assert sample.y.shape == (len(sample),)
        assert sample.y.unique().tolist() == list(range(len(sample.classes)))
    elif isinstance(sample.y, Tensor):
        assert sample.y.dtype == torch.float32
        assert sample.y.shape == (len(sample),)
        assert sample.y.isfinite().all() or name == "fermentation_online"
    assert sample.target or sample.y is None
    assert len(repr(sample).splitlines()) <= 8


@pytest.mark.parametrize("name", data.loaders())
def test_loader_has_a_picture(name: str, samples: dict[str, Sample]) -> None:
    from matplotlib import pyplot

    axes = samples[name].plot()
    assert name in axes.get_title()
    if samples[name].adjacency is None:
        assert axes.get_xlabel()
    pyplot.close(axes.figure)


def test_known_values_of_tables(samples: dict[str, Sample]) -> None:
    engel, auto = samples["engel"], samples["autompg"]
    assert float(engel.x[0, 0]) == pytest.approx(420.157651)
    assert float(engel.y[0]) == pytest.approx(255.839425)
    assert auto.x[0].tolist() == [8, 307, 130, 3504, 12, 70, 1]
    assert auto.y[0] == 18
    assert samples["diabetes"].y[:3].tolist() == [151, 75, 141]
    assert samples["diabetes"].x[0, :3].tolist() == pytest.approx([59, 2, 32.1])
    assert samples["wine"].x[0, 0] == pytest.approx(14.23)
    assert samples["fair"].x[0].tolist() == [3, 32, 9, 3, 3, 17, 2, 5]
    hours = data.fair(classes=False)
    assert hours.classes == ()
    assert torch.equal(hours.y > 0, samples["fair"].y == 1)


def test_known_values_of_spectra(samples: dict[str, Sample]) -> None:
    meat, broth = samples["tecator"], samples["fermentation_online"]
    assert meat.x[0, :2].tolist() == pytest.approx([2.61776, 2.61814])
    assert meat.y[[0, 172]].tolist() == pytest.approx([22.5, 46.3])
    assert meat.features[0] == "850 nm"
    assert meat.features[-1] == "1050 nm"
    assert samples["fermentation"].y[:2].tolist() == pytest.approx([1.664707, 0])
    assert samples["fermentation"].features == broth.features
    assert int((~broth.y.isnan()).sum()) == 34
    assert float(broth.y[0]) == pytest.approx(44.41567)
    assert float(broth.y[-1]) == pytest.approx(4.0) or math.isnan(float(broth.y[-1]))
    assert samples["coffee"].classes == ("Brasil", "Ethiopia", "Vietnam")


def test_known_values_of_pictures(samples: dict[str, Sample]) -> None:
    digits, icons = samples["mnist5k"], samples["icons"]
    assert float(digits.x.double().sum()) == pytest.approx(514772.95, abs=0.5)
    assert float((samples["digits"].x * 16).sum()) == 561718
    # A zero has a hole in the middle, a one has not.
    middle = digits.x[:, 0, 13:15, 13:15].mean((1, 2))
    assert middle[digits.y == 0].mean() < 0.1 < 0.5 < middle[digits.y == 1].mean()
    assert (icons.x.amax((1, 2, 3)) > 0).float().mean() > 0.99
    faces = samples["faces"]
    assert faces.y.tolist() == [1] * 100 + [0] * 100


def test_pairs_of_icons() -> None:
    icons = data.icons(pairs=True)
    assert icons.counts == {"filled": 1853, "outline": 1853}
    ink = icons.x.mean((1, 2, 3))
    assert ink[icons.y == 0].mean() > 1.3 * ink[icons.y == 1].mean()
    train, test = icons.split(0.2)
    assert train.groups is not None
    assert not set(train.groups.tolist()) & set(test.groups.tolist())


@pytest.mark.parametrize("loader", [data.textures, data.scenes])
def test_patches_of_two_groups_share_no_pixel(loader: Callable[..., Sample]) -> None:
    # Half of each patch is also in its neighbour; a block of two patches shows whether it leaks.
    sample = loader(patch=16, stride=8, block=32)
    train, test = sample.split(0.3, seed=1)

    def quarters(part: Sample) -> set[bytes]:
        return {
            q.contiguous().numpy().tobytes()
            for x in part.x
            for q in (x[:, :8, :8], x[:, 8:, :8], x[:, :8, 8:], x[:, 8:, 8:])
            if q.std() > 0.02
        }

    assert not quarters(train) & quarters(test)
    assert len(quarters(sample)) > 1000
    with pytest.raises(ValueError, match="patch <= block"):
        loader(patch=64, block=32)


def test_known_values_of_series(samples: dict[str, Sample]) -> None:
    for name in ("airline", "co2", "lynx", "sunspots"):
        assert (samples[name].x.diff(dim=0) > 0).all()
    assert samples["co2"].y[0] == pytest.approx(316.1)
    assert samples["co2"].y[-1] == pytest.approx(371.5)
    assert samples["co2"].x[0, 0] == pytest.approx(1958 + 87 / 365, abs=2e-4)
    assert samples["airline"].y[[0, 143]].tolist() == [112, 432]
    assert samples["airline"].x[6, 0] == 1949.5
    assert samples["lynx"].y[5] == 2821
    assert samples["sunspots"].y[27] == 122
    vowels = samples["vowels"]
    assert {tuple(x.shape) for x in vowels.x} <= {(t, 12) for t in range(7, 30)}
    assert vowels.x[0][0, :2].tolist() == pytest.approx([1.860936, -0.207383])
    assert torch.bincount(vowels.y[:270]).tolist() == [30] * 9


def test_known_values_of_texts(samples: dict[str, Sample]) -> None:
    sizes = {"movie_snippets": 10605, "amazon_snippets": 3708, "tweets": 4200, "nyt_snippets": 5190}
    for name, size in sizes.items():
        scores, classes = data.loaders()[name](classes=False), samples[name]
        assert len(scores) == size
        assert -4 <= scores.y.min() < -2 < 2 < scores.y.max() <= 4
        clear = scores.y.abs() > 1
        assert len(classes) == int(clear.sum())
        assert torch.equal(classes.y, (scores.y[clear] > 0).long())
        assert classes.x == scores.subset(clear).x
        assert (scores.groups is None) == (name in ("movie_snippets", "tweets"))
    assert samples["movie_snippets"].x[0].startswith("The Rock is destined")
    sms = samples["sms"]
    assert len(set(sms.x)) == len(sms)
    assert not any("\n" in text or "\t" in text for text in sms.x)
    assert samples["questions"].x[0] == "How did serfdom develop in and then leave Russia ?"
    assert samples["questions"].classes[samples["questions"].y[0]] == "description"


def test_words(samples: dict[str, Sample]) -> None:
    words = samples["pronunciations"]
    sounds = dict(zip(words.x, words.y, strict=True))
    assert sounds["cat"] == ("K", "AE", "T")
    assert sounds["neural"] == ("N", "UH", "R", "AH", "L")
    assert len(set(itertools.chain.from_iterable(words.y))) == 39
    names = samples["place_names"]
    assert len(set(names.x)) == len(names)
    assert names.classes[names.y[names.x.index("Frankreich")]] == "German"
    assert sum(map(len, samples["python_help"].x)) > 300_000
    assert any("assert" in text for text in samples["python_help"].x)


def test_dates() -> None:
    sample = data.dates(500, seed=3)
    assert len(set(sample.x)) == 500
    for text, iso in zip(sample.x, sample.y, strict=True):
        date = datetime.date.fromisoformat(iso)
        assert 1970 <= date.year <= 2069
        assert f"{date.day}" in text
        assert f"{date.year % 100:02}" in text
    with pytest.raises(ValueError, match="100000"):
        data.dates(0)


def test_docstrings_are_parsed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, samples: dict[str, Sample]
) -> None:
    from basicdeepnets.data import language

    monkeypatch.setenv("BASICDEEPNETS_DATA", str(tmp_path / "new"))
    parsed = []
    monkeypatch.setattr(
        language, "_sentences", lambda package: parsed.append(package) or [f"words of {package}"]
    )
    first, second = data.docstrings(), data.docstrings()
    assert first.x == second.x == [["words", "of", "sklearn"], ["words", "of", "networkx"]]
    assert parsed == ["sklearn", "networkx"]
    assert [path.suffix for path in (tmp_path / "new").iterdir()] == [".txt"]
    # A cache folder that cannot be written to is no error.
    (tmp_path / "file").touch()
    monkeypatch.setenv("BASICDEEPNETS_DATA", str(tmp_path / "file"))
    assert data.docstrings().x == first.x
    real = samples["docstrings"].x
    assert sum(map(len, real)) > 300_000
    assert all(word.isascii() and word.islower() for word in real[0])


def test_molecules(samples: dict[str, Sample]) -> None:
    assert {len(text) for text in samples["smiles"].x} <= set(range(5, 41))
    assert len(set(samples["smiles"].x)) == 51809
    melting = samples["melting_points"]
    kelvin = dict(zip(melting.x, melting.y.tolist(), strict=True))
    assert kelvin["C1=CC=CC=C1"] == pytest.approx(278.65)  # benzene
    assert kelvin["CC(=O)O"] == pytest.approx(289.81, abs=0.1)  # acetic acid


def test_melodies(samples: dict[str, Sample]) -> None:
    for name in ("chorales", "tunes"):
        for melody in samples[name].x:
            assert len(melody) > 15
            assert all(pitch is None or 50 <= pitch <= 90 for pitch, _ in melody)
            assert all(length > 0 for _, length in melody)
    assert samples["chorales"].x[0][:3] == [(65, 1.0), (67, 0.5), (60, 0.5)]
    texts = data.tunes(text=True)
    assert texts.x[0].startswith("X:1\n")
    assert len(texts) == 2009


def test_abc_notation() -> None:
    from basicdeepnets.data.music import _abc_melody

    def read(notes: str, key: str = "C", unit: str = "1/4") -> list[tuple[int | None, float]]:
        return _abc_melody(f"X:1\nT: C major | x\nL:{unit}\nK:{key}\n{notes}")

    assert read("C D2 E/2 F/ c' B,") == [(60, 1), (62, 2), (64, 0.5), (65, 0.5), (84, 1), (59, 1)]
    assert read("C>D E<F") == [(60, 1.5), (62, 0.5), (64, 0.5), (65, 1.5)]
    assert [length for _, length in read("(3CDE F")] == pytest.approx([2 / 3, 2 / 3, 2 / 3, 1])
    assert read("C-C|D z") == [(60, 2), (62, 1), (None, 1)]
    # An accidental holds to the end of the bar, for its own octave.
    assert [p for p, _ in read("^F F f | F =F")] == [66, 66, 77, 65, 65]
    assert [p for p, _ in read("F C B", key="D")] == [66, 61, 71]
    assert [p for p, _ in read("B E", key="Gm")] == [70, 63]
    assert [p for p, _ in read("F C", key="Dmix")] == [66, 60]
    assert read('"Am"{g}[CEG] !trill!D') == [(60, 1), (62, 1)]


def test_graphs(samples: dict[str, Sample]) -> None:
    for name, edges in {"karate": 78, "countries": 332}.items():
        adjacency = samples[name].adjacency
        assert adjacency is not None
        assert torch.equal(adjacency, adjacency.T)
        assert adjacency.diagonal().sum() == 0
        assert adjacency.sum() == 2 * edges
        assert torch.equal(samples[name].x, torch.eye(len(adjacency)))
        assert (adjacency.sum(1) > 0).all()
    world = samples["countries"]
    assert world.adjacency is not None
    france, spain, peru = (world.features.index(n) for n in ("France", "Spain", "Peru"))
    assert world.adjacency[france, spain] == 1
    assert world.adjacency[peru, spain] == 0
    assert world.classes[world.y[peru]] == "Americas"


# --------------------------------------------------------------------------------------------
# Generated samples

GENERATED = [
    *(data.adding_task, data.arc, data.block_model, data.gaussian_mixture_1d, data.noisy_curve),
    *(data.planted_keyword, data.reversal, data.ring_of_gaussians, data.swiss, data.two_moons),
    *(data.two_spirals, data.dates),
]


@pytest.mark.parametrize("loader", GENERATED, ids=lambda loader: loader.__name__)
@given(n=st.integers(3, 60), seed=st.integers(0, 10**6))
@settings(max_examples=8)
def test_generated_by_n_and_seed_alone(loader: Callable[..., Sample], n: int, seed: int) -> None:
    torch.manual_seed(0)
    before = torch.get_rng_state()
    first, again, other = loader(n, seed), loader(n, seed), loader(n, seed + 1)
    assert torch.equal(before, torch.get_rng_state())
    assert len(first) == n
    if isinstance(first.x, Tensor):
        part = "adjacency" if first.adjacency is not None else "x"
        assert torch.equal(getattr(first, part), getattr(again, part))
        assert n < 10 or not torch.equal(getattr(first, part), getattr(other, part))
    else:
        assert first.x == again.x != other.x


def test_truth_of_generated_samples() -> None:
    """Bounds at five standard deviations, so a right generator passes whatever the seed."""
    n = 20_000
    curve = data.noisy_curve(n, seed=1, noise=0.3)
    rest = curve.y - data.curve(curve.x[:, 0])
    assert float(rest.mean()) == pytest.approx(0, abs=5 * 0.3 / math.sqrt(n))
    assert float(rest.std()) == pytest.approx(0.3, abs=5 * 0.3 / math.sqrt(2 * n))
    assert data.curve(torch.tensor([-0.1, 0.0, 0.1]), "step").tolist() == [-1, 1, 1]

    mixture = data.gaussian_mixture_1d(n, seed=1)
    assert float(mixture.y.float().mean()) == pytest.approx(0.6, abs=5 * math.sqrt(0.24 / n))
    first = mixture.x[mixture.y == 0]
    assert float(first.mean()) == pytest.approx(-2, abs=5 * 0.5 / math.sqrt(len(first)))

    task = data.adding_task(n, seed=1, length=7)
    assert torch.equal(task.x[:, :3, 1].sum(1), torch.ones(n))
    assert torch.equal(task.x[:, 3:, 1].sum(1), torch.ones(n))
    torch.testing.assert_close((task.x[..., 0] * task.x[..., 1]).sum(1), task.y)
    assert float(task.y.var()) == pytest.approx(1 / 6, rel=0.1)

    texts = data.planted_keyword(500, seed=1)
    for text, label in zip(texts.x, texts.y.tolist(), strict=True):
        words = text.split()
        assert [words.count("no"), words.count("yes")] == [1 - label, label]
        assert 5 <= len(words) <= 20

    blocks = data.block_model(300, seed=1, inside=0.3, between=0.05)
    assert blocks.adjacency is not None
    same = (blocks.y[:, None] == blocks.y[None, :]).triu(1)
    assert float(blocks.adjacency[same].mean()) == pytest.approx(0.3, abs=0.02)
    apart = (blocks.y[:, None] != blocks.y[None, :]).triu(1)
    assert float(blocks.adjacency[apart].mean()) == pytest.approx(0.05, abs=0.01)

    ring = data.ring_of_gaussians(n, seed=1)
    assert float(ring.x[ring.y == 2].mean(0)[1]) == pytest.approx(2, abs=0.02)
    assert all(b == a[::-1] for a, b in zip(data.reversal().x, data.reversal().y, strict=True))
    roll = data.swiss(seed=1)
    torch.testing.assert_close(roll.x[:, [0, 2]].norm(dim=1), roll.y / (4.5 * math.pi))


def test_generators_refuse_what_cannot_be() -> None:
    for call, message in (
        (lambda: data.two_spirals(1), "two objects"),
        (lambda: data.adding_task(length=1), "two marks"),
        (lambda: data.block_model(2, blocks=3), "3 blocks"),
        (lambda: data.curve(torch.zeros(1), "line"), "sine"),
        (lambda: data.planted_keyword(shortest=0), "lengths"),
        (lambda: data.reversal(shortest=5, longest=4), "lengths"),
        (lambda: data.gaussian_mixture_1d(means=(0.0,)), "every part"),
    ):
        with pytest.raises(ValueError, match=message):
            call()


# --------------------------------------------------------------------------------------------
# Parts of a sample


def table(n: int = 10, d: int = 3, k: int = 2, seed: int = 0) -> Sample:
    generator = torch.Generator().manual_seed(seed)
    return Sample(
        name="toy",
        x=torch.randn(n, d, generator=generator),
        y=torch.randint(k, (n,), generator=generator) if k else torch.arange(float(n)),
        classes=tuple(f"class {c}" for c in range(k)),
    )


def numbered(n: int, **parts: object) -> Sample:
    """A sample whose x is the number of the object."""
    return Sample(name="toy", x=torch.arange(float(n)).unsqueeze(1), **parts)


@given(n=st.integers(0, 50), size=st.integers(1, 60), seed=st.integers(0, 99))
def test_batches_cover_each_object_once(n: int, size: int, seed: int) -> None:
    sample = numbered(n, y=torch.arange(float(n)) * 2)
    parts = list(sample.batches(size, torch.Generator().manual_seed(seed)))
    assert [len(x) for x, _ in parts] == [size] * (n // size) + [n % size] * (n % size > 0)
    assert sorted(v for x, _ in parts for v in x[:, 0].tolist()) == list(range(n))
    assert all(torch.equal(y, 2 * x[:, 0]) for x, y in parts)


def test_batches_are_new_every_time_and_keep_lists() -> None:
    sample = Sample(name="toy", x=list("abcdefghijklmnop"), y=None)
    generator = torch.Generator().manual_seed(0)
    first, second = (["".join(x) for x, _ in sample.batches(5, generator)] for _ in range(2))
    assert first != second
    assert sorted("".join(first)) == sample.x
    assert all(y is None for _, y in sample.batches(5))
    with pytest.raises(ValueError, match="at least one"):
        next(sample.batches(0))


@given(
    n=st.integers(5, 80), k=st.integers(0, 4), test=st.floats(0.15, 0.85), seed=st.integers(0, 99)
)
def test_split(n: int, k: int, test: float, seed: int) -> None:
    sample = table(n, 2, k, seed)
    train, held_out = sample.split_indices(test, seed)
    assert len(held_out) == round(test * n)
    assert sorted([*train.tolist(), *held_out.tolist()]) == list(range(n))
    again = sample.split_indices(test, seed)
    assert torch.equal(train, again[0])
    assert torch.equal(held_out, again[1])
    for c in range(k):  # every class has its share, to within one object
        members = int((sample.y == c).sum())
        share = int((sample.y[held_out] == c).sum())
        assert abs(share - members * len(held_out) / n) <= 1 + 1e-9


@given(
    sizes=st.lists(st.integers(1, 9), min_size=2, max_size=12),
    test=st.floats(0.2, 0.6),
    seed=st.integers(0, 99),
)
def test_split_keeps_groups_together(sizes: list[int], test: float, seed: int) -> None:
    groups = torch.arange(len(sizes)).repeat_interleave(torch.tensor(sizes)) * 7
    n = len(groups)
    sample = numbered(n, groups=groups)
    if not 0 < round(test * n) < n:
        return
    train, held_out = sample.split(test, seed)
    assert not set(train.groups.tolist()) & set(held_out.groups.tolist())  # type: ignore[union-attr]
    assert len(train)
    assert len(held_out)
    assert len(train) + len(held_out) == n
    assert abs(len(held_out) - test * n) <= max(sizes)


def test_split_by_group_keeps_classes_even() -> None:
    texts = data.textures()
    train, test = texts.split(0.25, seed=5)
    assert list(test.counts.values()) == [196] * 3
    assert list(train.counts.values()) == [588] * 3


def test_ordered_split_and_its_limits() -> None:
    sample = numbered(10)
    train, test = sample.split(0.3, ordered=True)
    assert train.x[:, 0].tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert test.x[:, 0].tolist() == [7, 8, 9]
    with pytest.raises(ValueError, match="part a group"):
        numbered(10, groups=torch.zeros(10).long()).split(ordered=True)
    with pytest.raises(ValueError, match="one group"):
        numbered(10, groups=torch.zeros(10).long()).split()
    for share in (0, 1, 1.5, -0.1):
        with pytest.raises(ValueError, match="between 0 and 1"):
            sample.split(share)
    with pytest.raises(ValueError, match="cannot be split"):
        numbered(2).split(0.1)


def test_subset() -> None:
    sample = table(6)
    mask = torch.tensor([True, False, True, False, False, True])
    for indices in ([0, 2, 5], mask, torch.tensor([0, 2, 5]), np.array([0, 2, 5]), mask.numpy()):
        assert torch.equal(sample.subset(indices).x, sample.x[[0, 2, 5]])
        assert torch.equal(sample.subset(indices).y, sample.y[[0, 2, 5]])
    assert torch.equal(sample.subset(range(4)).x, sample.x[:4])
    assert torch.equal(sample.subset(slice(2, None)).x, sample.x[2:])
    assert torch.equal(sample.subset([1, 1, -1]).x, sample.x[[1, 1, 5]])
    assert len(sample.subset([])) == 0
    pairs = Sample(name="pairs", x=["a", "b", "c"], y=[("A",), ("B",), ("C",)])
    assert pairs.subset([2, 0]).x == ["c", "a"]
    assert pairs.subset([2, 0]).y == [("C",), ("A",)]
    for wrong, message in (
        ([6], "numbered 0..5"),
        ([True, False], "mask needs 6"),
        ([0.5], "whole numbers"),
        (3, "whole numbers"),
    ):
        with pytest.raises(ValueError, match=message):
            sample.subset(wrong)


def test_subset_of_a_graph_keeps_the_edges_inside() -> None:
    club = data.karate()
    part = club.subset([0, 1, 33])
    assert part.adjacency is not None
    assert part.adjacency.tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]


@given(n=st.integers(2, 40), m=st.integers(1, 9), seed=st.integers(0, 99), scale=st.floats(0.1, 99))
def test_standardise(n: int, m: int, seed: int, scale: float) -> None:
    train, test = table(n, 3, 0, seed), table(m, 3, 0, seed + 1)
    first, moved = train.standardise(test)
    torch.testing.assert_close(first.x.mean(0), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(first.x.std(0, correction=0), torch.ones(3))
    # The training output does not know the test sample; both went through the same map.
    other = Sample(name="toy", x=test.x * scale + 5, y=None)
    assert torch.equal(first.x, train.standardise(other)[0].x)
    assert torch.equal(train.standardise(train)[1].x, first.x)
    expected = (test.x - train.x.mean(0)) / train.x.std(0, correction=0)
    torch.testing.assert_close(moved.x, expected, atol=1e-4, rtol=1e-3)
    assert torch.equal(first.y, train.y)


def test_standardise_constant_column() -> None:
    x = torch.tensor([[0.1, 1.0], [0.1, 3.0], [0.1, 2.0]])
    train, test = Sample(name="toy", x=x).standardise(Sample(name="toy", x=x + 1))
    assert train.x[:, 0].abs().max() < 1e-6
    torch.testing.assert_close(test.x[:, 0], torch.ones(3))


def test_standardise_by_channel() -> None:
    pictures = Sample(
        name="toy", x=torch.rand(5, 3, 4, 6) * torch.tensor([1.0, 2, 3]).view(3, 1, 1)
    )
    series = Sample(name="toy", x=[torch.rand(t, 2) * 5 for t in (3, 7, 4)])
    block = Sample(name="toy", x=torch.rand(4, 7, 2) * 5 + 1)
    x = pictures.standardise(pictures)[0].x
    torch.testing.assert_close(x.mean((0, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(x.var((0, 2, 3), correction=0), torch.ones(3))
    for sample in (series, block):
        moved = sample.standardise(sample)[1].x
        rows = torch.cat(list(moved))
        torch.testing.assert_close(rows.mean(0), torch.zeros(2), atol=1e-5, rtol=0)
        torch.testing.assert_close(rows.var(0, correction=0), torch.ones(2))
    with pytest.raises(ValueError, match="only numbers"):
        Sample(name="toy", x=["a"]).standardise(Sample(name="toy", x=["b"]))
    with pytest.raises(ValueError, match="columns"):
        table(4, 3).standardise(table(4, 2))


def test_a_sample_that_contradicts_itself_is_refused() -> None:
    x = torch.zeros(3, 2)
    for parts, message in (
        ({"y": torch.zeros(2)}, "3 objects, but y has 2"),
        ({"groups": torch.zeros(4)}, "groups has 4"),
        ({"features": ("a",)}, "1 names for 2 columns"),
        ({"y": torch.tensor([0, 1, 2]), "classes": ("a", "b")}, "0..1"),
        ({"adjacency": torch.zeros(3, 2)}, "3 x 3"),
    ):
        with pytest.raises(ValueError, match=message):
            Sample(name="toy", x=x, **parts)


def test_repr_is_readable() -> None:
    text = repr(data.wine())
    assert "178 objects" in text
    assert "178 x 13 table" in text
    assert "cultivar 0 59, cultivar 1 71, cultivar 2 48" in text
    assert "origin" in text
    assert "licence" in text
    assert "78" in repr(data.karate()).splitlines()[2]
    assert repr(table(3).subset([])).startswith("Sample toy: 0 objects")
    assert repr(Sample(name="none", x=[])).startswith("Sample none: 0 objects")


# --------------------------------------------------------------------------------------------
# A reader's own table

TABLE = """height,colour,weight,kind
1.5,red,10,a
2.5,blue,20.5,b
,red,30,a
3.5,red,40,b
"""


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "plants.csv"
    path.write_text(TABLE)
    return path


def test_from_csv(csv: Path) -> None:
    sample = Sample.from_csv(csv, "kind")
    assert sample.name == "plants"
    assert sample.features == ("height", "colour=blue", "colour=red", "weight")
    assert sample.x.tolist() == [[1.5, 0, 1, 10], [2.5, 1, 0, 20.5], [3.5, 0, 1, 40]]
    assert sample.classes == ("a", "b")
    assert sample.y.tolist() == [0, 1, 1]
    assert "1 row with an empty cell was left out" in sample.description
    numbers = Sample.from_csv(csv, "weight", name="mine", features=["colour"])
    assert numbers.name == "mine"
    assert numbers.y.tolist() == [10, 20.5, 30, 40]
    assert numbers.classes == ()
    assert numbers.x.dtype == numbers.y.dtype == torch.float32
    numbers.plot()


def test_from_csv_task(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("x,few,many,flag\n" + "".join(f"{i},{i % 3},{i},{i > 5}\n" for i in range(12)))
    assert Sample.from_csv(path, "few", features=["x"]).classes == ("0", "1", "2")
    assert Sample.from_csv(path, "few", features=["x"], task="numbers").classes == ()
    assert Sample.from_csv(path, "many", features=["x"]).classes == ()
    assert len(Sample.from_csv(path, "many", features=["x"], task="classes").classes) == 12
    assert Sample.from_csv(path, "flag", features=["x"]).classes == ("False", "True")
    assert Sample.from_csv(path, "x", features=["flag"]).x.tolist()[:6] == [[0.0]] * 6


def test_from_csv_explains_what_is_wrong(csv: Path, tmp_path: Path) -> None:
    def fails(message: str, **arguments: object) -> None:
        with pytest.raises(ValueError, match=message):
            Sample.from_csv(**{"path": csv, "target": "kind"} | arguments)

    fails("no column 'size'; it has: height, colour, weight, kind", target="size")
    fails("no column 'size'", features=["height", "size"])
    fails("both the target and a feature", features=["kind"])
    fails("holds text", task="numbers")
    fails("not 'ranks'", task="ranks")
    fails("no column is left", features=[])
    empty = tmp_path / "empty.csv"
    empty.write_text("a,b\n,1\n2,\n")
    fails("no row is without an empty cell", path=empty, target="b")
    names = tmp_path / "names.csv"
    names.write_text("name,b\n" + "".join(f"n{i},{i}\n" for i in range(60)))
    fails("60 different values", path=names, target="b")


def test_import_is_light() -> None:
    code = (
        "import sys, basicdeepnets.data; "
        "print([m for m in ('sklearn', 'pandas', 'networkx', 'babel', 'PIL', 'matplotlib') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
