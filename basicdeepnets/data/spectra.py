"""Samples of spectra: tables with many neighbouring, strongly correlated columns."""

from __future__ import annotations

import io

import numpy as np
import torch

from basicdeepnets.data.archives import read
from basicdeepnets.data.sample import Sample

_FERMENTATION = (
    "Cabaneros Lopez and others (2020), Transforming data into information: a parallel hybrid "
    "model for real-time state estimation in lignocellulose ethanol fermentations; from chemotools "
    "0.5.0"
)
MINUTES_BETWEEN_SPECTRA = 1.25


def _csv(text: bytes) -> tuple[list[str], torch.Tensor]:
    """Names of the columns and the numbers below them."""
    import pandas  # ten times as fast as numpy on 15 MB

    table = pandas.read_csv(io.BytesIO(text))
    return list(table.columns), torch.from_numpy(table.to_numpy(dtype=np.float32, copy=True))


def tecator() -> Sample:
    """Near infrared spectra of 215 pieces of meat, and their fat.

    Returns
    -------
    Sample
        x (215, 100) absorbance at 850..1050 nm, y (215,) fat in per cent. The first 172 objects are
        the training part of the archive.

    Notes
    -----
    Origin: Borggaard and Thodberg (1992), measured with a Tecator Infratec analyser; from sktime.
    """
    x, y = [], []
    files = read("tecator")
    for name in ("Tecator_TRAIN.ts", "Tecator_TEST.ts"):
        for line in _data_lines(files[name]):
            spectrum, _, fat = line.rpartition(":")
            x.append([float(v) for v in spectrum.split(",")])
            y.append(float(fat))
    return Sample(
        name="tecator",
        x=torch.tensor(x),
        y=torch.tensor(y),
        features=tuple(f"{v:.0f} nm" for v in np.linspace(850, 1050, 100)),
        target="fat [%]",
        description="Near infrared absorbance of 215 pieces of meat at 100 wavelengths from 850 to "
        "1050 nm, and the fat found by chemical analysis.",
        origin="Borggaard and Thodberg (1992), Analytical Chemistry 64, 545; from sktime 1.2.0",
        licence="free for research and teaching with the source named (Tecator's note in StatLib)",
    )


def _data_lines(text: bytes) -> list[str]:
    lines = [line.strip() for line in text.decode().splitlines() if line.strip()]
    return lines[lines.index("@data") + 1 :]


def fermentation() -> Sample:
    """Infrared spectra of 21 prepared mixtures of a fermentation broth, and their glucose.

    Returns
    -------
    Sample
        x (21, 1047) absorbance at 428..1833 cm-1, y (21,) glucose in g/l.

    Notes
    -----
    Origin: Cabaneros Lopez and others (2020), from chemotools. MIT. Below about 900 cm-1 little
    light comes through and the values are mostly noise. See :func:`fermentation_online`.
    """
    files = read("fermentation")
    waves, x = _csv(files["train_spectra.csv"])
    _, y = _csv(files["train_hplc.csv"])
    return Sample(
        name="fermentation",
        x=x,
        y=y[:, 0],
        features=tuple(f"{float(w):.0f} cm-1" for w in waves),
        target="glucose [g/l]",
        description="Spectra of 21 mixtures made to resemble a fermentation, and their glucose "
        "found by liquid chromatography.",
        origin=_FERMENTATION,
        licence="MIT",
    )


def fermentation_online() -> Sample:
    """Spectra taken during a real fermentation of 34 hours, one each 1.25 minutes.

    Returns
    -------
    Sample
        x (1626, 1047) with the columns of :func:`fermentation`, in order of time; y (1626,) glucose
        in g/l, known for 34 spectra and NaN for all others.

    Notes
    -----
    Origin: Cabaneros Lopez and others (2020), from chemotools. MIT. Three last rows of the file
    hold no spectrum (all ones) and are left out. A reference belongs to the spectrum nearest in
    time.
    """
    files = read("fermentation_online")
    waves, x = _csv(files["fermentation_spectra.csv"])
    _, reference = _csv(files["fermentation_hplc.csv"])
    x = x[x.std(1) > 0]
    y = torch.full((len(x),), torch.nan)
    nearest = (reference[:, 0] * 60 / MINUTES_BETWEEN_SPECTRA).round().long()
    y[nearest.clamp(max=len(x) - 1)] = reference[:, 1]
    return Sample(
        name="fermentation_online",
        x=x,
        y=y,
        features=tuple(f"{float(w):.0f} cm-1" for w in waves),
        target="glucose [g/l]",
        description="Spectra during a fermentation, one each 1.25 minutes; glucose was measured 34 "
        "times and is NaN elsewhere.",
        origin=_FERMENTATION,
        licence="MIT",
    )


def coffee() -> Sample:
    """Infrared spectra of 60 coffees from three countries.

    Returns
    -------
    Sample
        x (60, 1841) absorbance (the wave numbers are not given), y (60,) country, 20 of each.

    Notes
    -----
    Origin: ATR-FTIR measurements published with chemotools. MIT.
    """
    files = read("coffee")
    _, x = _csv(files["coffee_spectra.csv"])
    labels = files["coffee_labels.csv"].decode().split()[1:]
    classes = ("Brasil", "Ethiopia", "Vietnam")
    return Sample(
        name="coffee",
        x=x,
        y=torch.tensor([classes.index(label) for label in labels]),
        features=tuple(f"point {i}" for i in range(x.shape[1])),
        classes=classes,
        target="country",
        description="Infrared spectra (ATR-FTIR) of 60 coffees from three countries.",
        origin="measured by the authors of chemotools; from chemotools 0.5.0",
        licence="MIT",
    )
