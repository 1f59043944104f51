"""Samples that are tables: one row an object, one column a measured number."""

from __future__ import annotations

import gzip
import io
from typing import Any

import numpy as np
import torch

from basicdeepnets.data.archives import read
from basicdeepnets.data.sample import Sample

_UCI = "CC BY 4.0 (UCI Machine Learning Repository); distributed with scikit-learn (BSD-3-Clause)"


def _table(x: Any) -> torch.Tensor:
    return torch.tensor(np.asarray(x), dtype=torch.float32)


def _labels(y: Any) -> torch.Tensor:
    return torch.tensor(np.asarray(y), dtype=torch.int64)


def engel() -> Sample:
    """Income and food expenditure of 235 Belgian working-class households, 1857.

    Returns
    -------
    Sample
        x (235, 1) income, y (235,) food expenditure, both in Belgian francs a year. The scatter of
        y grows with x.

    Notes
    -----
    Origin: Ernst Engel (1857), used by Koenker and Bassett (1982). Public domain, from statsmodels.
    """
    (text,) = read("engel").values()
    table = np.loadtxt(io.BytesIO(text), delimiter=",", skiprows=1)
    return Sample(
        name="engel",
        x=_table(table[:, :1]),
        y=_table(table[:, 1]),
        features=("income [francs a year]",),
        target="food expenditure [francs a year]",
        description="Income and food expenditure of 235 Belgian working-class households. "
        "The scatter grows with income.",
        origin="Ernst Engel (1857), used by Koenker and Bassett (1982); from statsmodels 0.15.0",
        licence="public domain",
    )


def diabetes() -> Sample:
    """442 patients: ten measurements and the progression of their diabetes a year later.

    Returns
    -------
    Sample
        x (442, 10) in the original units, y (442,) a score of progression, 25..346.

    Notes
    -----
    Origin: Efron, Hastie, Johnstone and Tibshirani (2004), "Least angle regression". Distributed
    with scikit-learn.
    """
    from sklearn.datasets import load_diabetes

    data = load_diabetes(scaled=False)
    return Sample(
        name="diabetes",
        x=_table(data.data),
        y=_table(data.target),
        features=(
            *("age [years]", "sex (1 or 2)", "body mass index [kg/m2]", "blood pressure [mmHg]"),
            *("total cholesterol [mg/dl]", "LDL [mg/dl]", "HDL [mg/dl]", "cholesterol / HDL"),
            *("log of triglycerides", "blood sugar [mg/dl]"),
        ),
        target="disease progression after one year [score]",
        description="Ten measurements of 442 diabetes patients, and a quantitative measure of the "
        "progression of the disease one year after. Sex is coded 1 and 2.",
        origin="Efron, Hastie, Johnstone and Tibshirani (2004), Least angle regression; "
        "from scikit-learn",
        licence="no licence stated by the authors; distributed with scikit-learn (BSD-3-Clause)",
    )


def breast_cancer() -> Sample:
    """569 breast tumours: 30 measurements of cell nuclei, malignant or benign.

    Returns
    -------
    Sample
        x (569, 30), y (569,) 0 malignant (212), 1 benign (357). Lengths are in pixels of the image.

    Notes
    -----
    Origin: Wolberg, Street and Mangasarian (1995), University of Wisconsin. CC BY 4.0.
    """
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer()
    return Sample(
        name="breast_cancer",
        x=_table(data.data),
        y=_labels(data.target),
        features=tuple(map(str, data.feature_names)),
        classes=("malignant", "benign"),
        target="diagnosis",
        description="Shape and texture of cell nuclei in 569 fine-needle aspirates of breast "
        "tumours: mean, standard error and worst value of ten quantities.",
        origin="Wolberg, Street and Mangasarian (1995), University of Wisconsin; from scikit-learn",
        licence=_UCI,
    )


def wine() -> Sample:
    """178 Italian wines of three cultivars: 13 chemical measurements.

    Returns
    -------
    Sample
        x (178, 13), y (178,) cultivar 0 (59), 1 (71), 2 (48).

    Notes
    -----
    Origin: Forina and others, PARVUS, Genoa (1991). CC BY 4.0.
    """
    from sklearn.datasets import load_wine

    data = load_wine()
    return Sample(
        name="wine",
        x=_table(data.data),
        y=_labels(data.target),
        features=(
            *("alcohol [% vol]", "malic acid [g/l]", "ash [g/l]", "alkalinity of ash"),
            *("magnesium [mg/l]", "total phenols", "flavanoids", "nonflavanoid phenols"),
            *("proanthocyanins", "colour intensity", "hue", "OD280/OD315 of diluted wines"),
            "proline [mg/l]",
        ),
        classes=("cultivar 0", "cultivar 1", "cultivar 2"),
        target="cultivar",
        description="Chemical analysis of 178 wines grown in one region of Italy from three "
        "cultivars.",
        origin="Forina and others, PARVUS, Institute of Pharmaceutical and Food Analysis, Genoa "
        "(1991); from scikit-learn",
        licence=_UCI,
    )


def iris() -> Sample:
    """150 irises of three species: length and width of sepals and petals.

    Returns
    -------
    Sample
        x (150, 4) in cm, y (150,) setosa, versicolor, virginica (50 each).

    Notes
    -----
    Origin: R. A. Fisher (1936), measured by E. Anderson. CC BY 4.0.
    """
    from sklearn.datasets import load_iris

    data = load_iris()
    return Sample(
        name="iris",
        x=_table(data.data),
        y=_labels(data.target),
        features=(
            *("sepal length [cm]", "sepal width [cm]"),
            *("petal length [cm]", "petal width [cm]"),
        ),
        classes=("setosa", "versicolor", "virginica"),
        target="species",
        description="Sepals and petals of 150 irises of three species.",
        origin="R. A. Fisher (1936), measured by E. Anderson; from scikit-learn",
        licence=_UCI,
    )


def autompg() -> Sample:
    """392 cars of 1970-1982 and how far they go on a gallon.

    Returns
    -------
    Sample
        x (392, 7), y (392,) miles per gallon.

    Notes
    -----
    Origin: StatLib, Carnegie Mellon; Quinlan (1993), UCI. CC BY 4.0, from mlxtend.
    """
    (packed,) = read("autompg").values()
    # Columns: seven numbers, the name of the car, miles per gallon.
    lines = gzip.decompress(packed).decode().splitlines()
    table = np.array([[float(v) for v in (*c[:7], c[-1])] for c in (x.split(",") for x in lines)])
    return Sample(
        name="autompg",
        x=_table(table[:, :7]),
        y=_table(table[:, 7]),
        features=(
            *("cylinders", "displacement [cubic inches]", "power [hp]", "weight [lb]"),
            *("time to 60 mph [s]", "model year - 1900", "origin (1 USA, 2 Europe, 3 Japan)"),
        ),
        target="fuel economy [miles per gallon]",
        description="Engine, weight and year of 392 cars, and their fuel economy in the city. "
        "Cars whose power is unknown are left out.",
        origin="StatLib, Carnegie Mellon University; Quinlan (1993), UCI; from mlxtend 0.25.0",
        licence="CC BY 4.0 (UCI Machine Learning Repository)",
    )


def fair(classes: bool = True) -> Sample:
    """6366 women on their marriage and on love affairs, a survey of 1974.

    Parameters
    ----------
    classes : bool
        True: y is whether there was an affair. False: y is the time spent in affairs.

    Returns
    -------
    Sample
        x (6366, 8); y (6366,) 0 no affair (4313), 1 affair (2053); without classes float32.

    Notes
    -----
    Origin: Ray Fair (1978), A theory of extramarital affairs, on a survey of the magazine Redbook.
    Included in statsmodels with permission of the author.
    """
    (text,) = read("fair").values()
    table = np.loadtxt(io.BytesIO(text), delimiter=",", skiprows=1)
    time = _table(table[:, 8])
    return Sample(
        name="fair",
        x=_table(table[:, :8]),
        y=(time > 0).long() if classes else time,
        features=(
            *("happiness in marriage (1-5)", "age [years]", "married for [years]", "children"),
            *("religious (1-4)", "education [years]", "occupation (1-6)"),
            "occupation of the husband (1-6)",
        ),
        classes=("no affair", "affair") if classes else (),
        target="affair" if classes else "time in affairs [score]",
        description="Answers of 6366 married women to a survey of a magazine in 1974.",
        origin="Ray Fair (1978), Journal of Political Economy 86, 45; from statsmodels 0.15.0",
        licence="included in statsmodels with permission of the author",
    )
