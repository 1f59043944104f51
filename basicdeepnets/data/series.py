"""Samples in time: one long series as a table (time, value), or many short series."""

from __future__ import annotations

import datetime
from typing import Any

import torch

from basicdeepnets.data.archives import read
from basicdeepnets.data.sample import Sample


def _rows(name: str) -> list[list[str]]:
    """Cells of the csv file of a sample, without its first line."""
    (text,) = read(name).values()
    return [line.replace('"', "").split(",") for line in text.decode().splitlines()[1:]]


def _long(name: str, times: list[float], values: list[float], **text: Any) -> Sample:
    return Sample(
        name=name,
        x=torch.tensor(times).unsqueeze(1),
        y=torch.tensor(values),
        features=("time [year]",),
        **text,
    )


def co2() -> Sample:
    """Carbon dioxide in the air at Mauna Loa, weekly, March 1958 to December 2001.

    Returns
    -------
    Sample
        x (2225, 1) time in years, y (2225,) parts per million. In order of time; the 59 weeks
        without a measurement are left out, so steps are not all of one week.

    Notes
    -----
    Origin: Keeling and Whorf (2004), Scripps Institution of Oceanography. Public domain, from
    statsmodels.
    """
    times, values = [], []
    for day, value in _rows("co2"):
        if value:
            date = datetime.datetime.strptime(day, "%Y%m%d").date()
            first = datetime.date(date.year, 1, 1)
            length = (datetime.date(date.year + 1, 1, 1) - first).days
            times.append(date.year + (date - first).days / length)
            values.append(float(value))
    return _long(
        "co2",
        times,
        values,
        target="CO2 in the air [parts per million]",
        description="Carbon dioxide in the air at Mauna Loa, weekly, 1958 to 2001: a trend and a "
        "season. 59 weeks without a measurement are left out.",
        origin="Keeling and Whorf (2004), Scripps Institution of Oceanography; from statsmodels "
        "0.15.0",
        licence="public domain",
    )


def sunspots() -> Sample:
    """Sunspots, yearly, 1700 to 2008.

    Returns
    -------
    Sample
        x (309, 1) year, y (309,) sunspot number. In order of time.

    Notes
    -----
    Origin: National Geophysical Data Center. Public domain, from statsmodels.
    """
    rows = _rows("sunspots")
    return _long(
        "sunspots",
        [float(year) for year, _ in rows],
        [float(value) for _, value in rows],
        target="sunspot number",
        description="Yearly mean of the sunspot number, 1700 to 2008: a cycle of about eleven "
        "years.",
        origin="National Geophysical Data Center; from statsmodels 0.15.0",
        licence="public domain",
    )


def airline() -> Sample:
    """Passengers of international airlines, monthly, 1949 to 1960.

    Returns
    -------
    Sample
        x (144, 1) time in years (January is .0), y (144,) thousands of passengers. In order of
        time.

    Notes
    -----
    Origin: Box, Jenkins and Reinsel (1976), Series G. From sktime.
    """
    rows = _rows("airline")
    return _long(
        "airline",
        [int(month[:4]) + (int(month[5:]) - 1) / 12 for month, _ in rows],
        [float(value) for _, value in rows],
        target="passengers [thousands a month]",
        description="Passengers of international airlines, monthly, 1949 to 1960: a trend, and a "
        "season that grows with it.",
        origin="Box, Jenkins and Reinsel (1976), Time series analysis, Series G; from sktime 1.2.0",
        licence="published facts, no licence stated; distributed with sktime (BSD-3-Clause)",
    )


def lynx() -> Sample:
    """Lynx trapped at the Mackenzie River, yearly, 1821 to 1934.

    Returns
    -------
    Sample
        x (114, 1) year, y (114,) animals. In order of time.

    Notes
    -----
    Origin: records of the Hudson's Bay Company; Campbell and Walker (1977). From sktime.
    """
    rows = _rows("lynx")
    return _long(
        "lynx",
        [float(year) for year, _ in rows],
        [float(value) for _, value in rows],
        target="lynx trapped [animals a year]",
        description="Lynx trapped at the Mackenzie River, Canada: a cycle of about ten years with "
        "steep rises.",
        origin="Hudson's Bay Company; Campbell and Walker (1977); from sktime 1.2.0",
        licence="published facts, no licence stated; distributed with sktime (BSD-3-Clause)",
    )


def ecg() -> Sample:
    """A trace of an electrocardiogram, in which one stretch is marked as abnormal.

    Returns
    -------
    Sample
        x (7500, 2) time in s and voltage in mV, in order of time; y (7500,) 0 normal, 1 abnormal
        (352 values in one stretch near the end). Split it with `ordered=True`: the default part for
        the test holds all of it, so that a model of the normal state can be tried on it.

    Notes
    -----
    Origin: MIT-BIH Arrhythmia Database, Moody and Mark (2001), 360 values a second. From sktime,
    which does not name the record.
    """
    rows = _rows("ecg")
    return Sample(
        name="ecg",
        x=torch.tensor([[i / 360, float(value)] for i, (value, _) in enumerate(rows)]),
        y=torch.tensor([int(label) for _, label in rows]),
        features=("time [s]", "voltage [mV]"),
        classes=("normal", "abnormal"),
        target="state",
        description="21 seconds of an electrocardiogram, 360 values a second, with one abnormal "
        "stretch.",
        origin="MIT-BIH Arrhythmia Database, Moody and Mark (2001); from sktime 1.2.0",
        licence="ODC-By 1.0 (MIT-BIH Arrhythmia Database)",
    )


def vowels() -> Sample:
    """Two Japanese vowels spoken by nine men, as series of 12 coefficients.

    Returns
    -------
    Sample
        x list of 640 series (T, 12) with T from 7 to 29, y (640,) speaker. The first 270 objects,
        30 of each speaker, are the training part of the archive.

    Notes
    -----
    Origin: Kudo, Toyama and Shimbo (1999), UCI. CC BY 4.0, from sktime.
    """
    x, y = [], []
    files = read("vowels")
    for name in ("JapaneseVowels_TRAIN.ts", "JapaneseVowels_TEST.ts"):
        lines = [line.strip() for line in files[name].decode().splitlines() if line.strip()]
        for line in lines[lines.index("@data") + 1 :]:
            *channels, speaker = line.split(":")
            x.append(
                torch.tensor([[float(v) for v in c.split(",")] for c in channels]).T.contiguous()
            )
            y.append(int(speaker) - 1)
    return Sample(
        name="vowels",
        x=x,
        y=torch.tensor(y),
        classes=tuple(f"speaker {i}" for i in range(1, 10)),
        target="speaker",
        description="Utterances of two Japanese vowels by nine men: series of 12 linear prediction "
        "coefficients, 7 to 29 steps long.",
        origin="Kudo, Toyama and Shimbo (1999), Japanese Vowels, UCI; from sktime 1.2.0",
        licence="CC BY 4.0 (UCI Machine Learning Repository)",
    )
