"""Error analysis of anything that can be run.

Everything here takes plain functions, not models: ``run(seed)`` trains whatever a notebook trains
and returns its error, ``fit(indices)`` fits it to some objects of the sample and returns its
parameters. Errors that belong together have names: ``{"train": 0.1, "test": 0.2}``.

====================================  ====================================================
question                              function
====================================  ====================================================
how much does the error vary?         `errors_over_seeds`, `summary`
how does it fall during optimisation? `learning_curve`
is the sample sufficient?             `sample_size_curve`, `sufficient_size`
which structure?                      `structure_curve`
how sure are the parameters?          `parameter_variance` (and `bootstrap`)
how sure is an accuracy?              `beta_interval`
====================================  ====================================================
"""

import sys
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from scipy import stats
from tqdm import tqdm

__all__ = [
    "Curve",
    "Summary",
    "beta_interval",
    "bootstrap",
    "errors_over_seeds",
    "learning_curve",
    "parameter_variance",
    "sample_size_curve",
    "structure_curve",
    "sufficient_size",
    "summary",
]

Array = npt.NDArray[Any]
Setting = TypeVar("Setting", bound=Hashable)


@dataclass(frozen=True)
class Summary:
    """Errors of several runs in four numbers; made by `summary`.

    Attributes
    ----------
    mean : float
        Mean error, in the unit of the error.
    variance : float
        Unbiased variance of the error of one run, in the squared unit of the error.
    interval : tuple of float
        Lower and upper end of the Student-t interval of the mean.
    runs : int
        Number of runs.
    level : float
        Level of the interval.
    """

    mean: float
    variance: float
    interval: tuple[float, float]
    runs: int
    level: float = 0.95

    @property
    def sd(self) -> float:
        """Standard deviation of the error of one run, in the unit of the error."""
        return float(np.sqrt(self.variance))

    def __repr__(self) -> str:
        low, high = self.interval
        return (
            f"mean {self.mean:.4g} ({100 * self.level:g} % interval {low:.4g} to {high:.4g}), "
            f"variance {self.variance:.3g} (sd {self.sd:.3g}), {self.runs} runs"
        )


@dataclass(frozen=True, eq=False)
class Curve:
    """Errors of K settings (sample sizes, structures ...), each run with S seeds.

    Attributes
    ----------
    settings : tuple of length K
        Numbers, strings or tuples.
    errors : ndarray of shape (K, S)
        One row a setting, one column a seed, in the unit of the error. S is at least 2.
    """

    settings: tuple[Any, ...]
    errors: Array

    def __post_init__(self) -> None:
        errors = np.asarray(self.errors, dtype=float)
        if errors.ndim != 2 or errors.shape[0] != len(self.settings) or not len(self.settings):
            raise ValueError(
                f"errors must have one row for each of the {len(self.settings)} settings "
                f"and one column for each seed; their shape is {errors.shape}"
            )
        if errors.shape[1] < 2:
            raise ValueError("a variance needs at least 2 runs of each setting: give more seeds")
        if not np.isfinite(errors).all():
            raise ValueError("errors must be finite numbers, without nan and inf")
        object.__setattr__(self, "settings", tuple(self.settings))
        object.__setattr__(self, "errors", errors)

    @property
    def mean(self) -> Array:
        """Mean error of each setting, shape (K,)."""
        return np.asarray(self.errors.mean(axis=1))

    @property
    def variance(self) -> Array:
        """Unbiased variance (ddof=1) of the error of one run, shape (K,)."""
        return np.asarray(self.errors.var(axis=1, ddof=1))

    @property
    def sd(self) -> Array:
        """Standard deviation of the error of one run, the root of `variance`, shape (K,)."""
        return np.sqrt(self.variance)


def errors_over_seeds(run: Callable[[int], float], seeds: Iterable[int]) -> Array:
    """Error of the same run under several seeds.

    Parameters
    ----------
    run : callable
        ``run(seed) -> float``: trains from this seed and returns one error.
    seeds : iterable of int
        S different seeds.

    Returns
    -------
    ndarray of shape (S,)
        One error a seed, in the unit of the error.

    Raises
    ------
    ValueError
        No seeds or repeated ones; a run returned nan, inf or more than one number.

    Examples
    --------
    >>> errors_over_seeds(lambda seed: 0.5 + seed, range(3))
    array([0.5, 1.5, 2.5])
    """
    return np.array([_number(run(s), f"run(seed={s})") for s in _progress(_distinct_seeds(seeds))])


def summary(errors: npt.ArrayLike, level: float = 0.95) -> Summary:
    """Mean and variance of the error over runs, and how sure the mean is.

    Parameters
    ----------
    errors : array-like of shape (S,)
        One error a run, S at least 2.
    level : float
        Level of the interval of the mean, between 0 and 1.

    Returns
    -------
    Summary
        Mean, unbiased variance ``sum((e - mean)^2) / (S - 1)`` and the interval
        ``mean +- t * sqrt(variance / S)``, where t is Student's quantile with S - 1 degrees of
        freedom. The variance describes one run; the interval describes the mean of all.

    Raises
    ------
    ValueError
        Fewer than 2 runs, nan or inf among the errors, a level outside (0, 1).

    References
    ----------
    Student (1908), The probable error of a mean, Biometrika 6.

    Examples
    --------
    >>> summary([1, 2, 3, 4])
    mean 2.5 (95 % interval 0.4457 to 4.554), variance 1.67 (sd 1.29), 4 runs
    """
    e = np.asarray(errors, dtype=float)
    if e.ndim != 1:
        raise ValueError(f"errors must be a list of numbers, one a run; their shape is {e.shape}")
    if len(e) < 2:
        raise ValueError(f"a variance needs at least 2 runs, there is only {len(e)}")
    if not np.isfinite(e).all():
        bad = int(np.flatnonzero(~np.isfinite(e))[0])
        raise ValueError(f"the error of run number {bad} (from 0) is {e[bad]}, not a finite number")
    _check_level(level)
    mean, variance = float(e.mean()), float(e.var(ddof=1))
    half = float(stats.t.ppf((1 + level) / 2, len(e) - 1) * np.sqrt(variance / len(e)))
    return Summary(mean, variance, (mean - half, mean + half), len(e), level)


def bootstrap(
    statistic: Callable[[Array], Any], n: int, resamples: int = 200, seed: int = 0
) -> Array:
    """Values of a statistic on samples drawn with replacement from the sample at hand.

    Parameters
    ----------
    statistic : callable
        ``statistic(indices) -> float or vector``: `indices`, an integer array of shape (n,), says
        which objects of the sample to use; some come twice, some (37 % on average) never.
    n : int
        Number of objects in the sample.
    resamples : int
        B, how many samples to draw. The standard deviation of B values is itself known to about
        ``1 / sqrt(2 B)``: 5 % for 200.
    seed : int
        Seed of the draws.

    Returns
    -------
    ndarray of shape (B,) or (B, ...)
        One value of the statistic a resample. Its standard deviation over the first axis
        estimates the standard error of the statistic.

    Raises
    ------
    ValueError
        n or resamples below 1; the statistic returned nan, inf or different shapes.

    References
    ----------
    Efron (1979), Bootstrap methods: another look at the jackknife, Annals of Statistics 7.

    Examples
    --------
    >>> x = np.array([1.0, 2.0, 3.0, 4.0])
    >>> bootstrap(lambda i: x[i].mean(), n=4, resamples=1000).shape
    (1000,)
    """
    if n < 1 or resamples < 1:
        raise ValueError(f"n and resamples must be at least 1; they are {n} and {resamples}")
    rng = np.random.default_rng(seed)
    values: list[Array] = []
    for b in _progress(range(resamples)):
        value = _plain(statistic(rng.integers(0, n, size=n)))
        if not np.isfinite(value).all():
            raise ValueError(f"the statistic of resample {b} (from 0) contains nan or inf")
        if values and value.shape != values[0].shape:
            raise ValueError(
                f"the statistic must always have one shape: resample {b} gave {value.shape}, "
                f"resample 0 gave {values[0].shape}"
            )
        values.append(value)
    return np.array(values)


def parameter_variance(
    fit: Callable[[Array], Any], n: int, resamples: int = 200, seed: int = 0
) -> tuple[Array, Array]:
    """Mean and standard deviation of fitted parameters, by bootstrap.

    Hidden units of a network can be permuted and change sign, so that its parameters are not
    identifiable; let `fit` return predictions at fixed points instead.

    Parameters
    ----------
    fit : callable
        ``fit(indices) -> vector of length P``: fits the model to these objects of the sample (n
        integers, drawn with replacement) and returns its parameters, or its predictions.
    n : int
        Number of objects in the sample.
    resamples : int
        Number of fits, at least 2.
    seed : int
        Seed of the draws.

    Returns
    -------
    mean : ndarray of shape (P,)
        Mean of every parameter over the fits, in its own unit.
    sd : ndarray of shape (P,)
        Standard deviation (ddof=1), to be compared with the root of the posterior variance.

    Raises
    ------
    ValueError
        Fewer than 2 resamples, and whatever `bootstrap` refuses.

    Examples
    --------
    >>> x = np.array([1.0, 2.0, 3.0, 4.0])
    >>> mean, sd = parameter_variance(lambda i: [x[i].mean()], n=4)
    """
    if resamples < 2:
        raise ValueError(f"a variance needs at least 2 resamples, there is only {resamples}")
    values = bootstrap(fit, n, resamples, seed)
    return values.mean(axis=0), values.std(axis=0, ddof=1)


def learning_curve(
    run: Callable[[int], Mapping[str, Iterable[float]]], seeds: Iterable[int]
) -> dict[str, Array]:
    """Errors during optimisation, under several seeds.

    Parameters
    ----------
    run : callable
        ``run(seed) -> {"train": [...], "test": [...]}``: trains from this seed and returns the
        error after every epoch. The names are free; all lists have the same length.
    seeds : iterable of int
        S different seeds.

    Returns
    -------
    dict of ndarray of shape (S, epochs)
        For each name, one row a seed; `plots.learning_curve` draws it.

    Raises
    ------
    ValueError
        No seeds or repeated ones; nan or inf (which seed and epoch is said); different names or
        numbers of epochs from one run to another.

    Examples
    --------
    >>> learning_curve(lambda seed: {"train": [2.0 + seed, 1.0]}, seeds=[0, 1])
    {'train': array([[2., 1.],
           [3., 1.]])}
    """
    rows: dict[str, list[list[float]]] = {}
    for seed in _progress(_distinct_seeds(seeds)):
        where = f"run(seed={seed})"
        history = _named(run(seed), where, rows)
        for name, errors in history.items():
            row = [
                _number(e, f"{where}, {name!r}, epoch {t}") for t, e in enumerate(errors, start=1)
            ]
            rows.setdefault(name, []).append(row)
            first = next(iter(rows.values()))[0]
            if not row:
                raise ValueError(f"{where} returned no epochs of {name!r}")
            if len(row) != len(first):
                raise ValueError(
                    f"every list of errors must have the same number of epochs: {where} returned "
                    f"{len(row)} of {name!r}, the first list has {len(first)}"
                )
    return {name: np.array(errors) for name, errors in rows.items()}


def sample_size_curve(
    run: Callable[[int, int], Mapping[str, float]], sizes: Iterable[int], seeds: Iterable[int]
) -> dict[str, Curve]:
    """Error and its variance against the number of objects: is the sample sufficient?

    Parameters
    ----------
    run : callable
        ``run(size, seed) -> {"train": 0.1, "test": 0.2}``: draws `size` objects with this seed,
        trains on them and returns named errors. Measure the test error on one fixed test sample.
    sizes : iterable of int
        K different numbers of objects. They are sorted.
    seeds : iterable of int
        S different seeds, at least 2. A seed should choose both the objects and the initial
        parameters, so that the variance contains both.

    Returns
    -------
    dict of Curve
        For each name a curve whose settings are the sizes; `plots.sample_size` draws it and
        `sufficient_size` judges one of them.

    Raises
    ------
    ValueError
        A size below 1 or repeated; fewer than 2 seeds or repeated ones; nan or inf (which size
        and seed is said); different names from one run to another.

    Examples
    --------
    >>> curves = sample_size_curve(lambda m, seed: {"test": (1 + seed) / m}, [10, 20], [0, 1])
    >>> curves["test"].mean
    array([0.15 , 0.075])
    """
    sizes = sorted(sizes)
    if sizes and sizes[0] < 1:
        raise ValueError(f"a sample has at least 1 object; one of the sizes is {sizes[0]}")
    return _curves(run, sizes, seeds)


def sufficient_size(curve: Curve, eps: float) -> int | None:
    """The smallest sample that is sufficient, by the two-part rule of this course.

    A size m is sufficient if both hold:

    1. the error is stable: ``sd(m) < eps``;
    2. more objects hardly change it: ``|mean(m) - mean(M)| <= 2 sd(m)``, M being the largest size.

    Here mean(m) and sd(m) belong to the error *of one run* at size m: its mean and its standard
    deviation (ddof=1) over seeds. It is not the standard error of the mean, which would shrink with
    the number of seeds. M is compared with itself, so that an answer of M says only that the error
    is stable there: it may still fall with more objects than there are.

    Parameters
    ----------
    curve : Curve
        Errors against sample size, one of those from `sample_size_curve`.
    eps : float
        Largest standard deviation that is acceptable, in the unit of the error, above 0.

    Returns
    -------
    int or None
        The smallest sufficient size, None if there is none: the sample is too small.

    Raises
    ------
    ValueError
        eps is not positive.

    Examples
    --------
    >>> curve = Curve((10, 20, 40), [[0.5, 0.9], [0.29, 0.31], [0.29, 0.30]])
    >>> sufficient_size(curve, eps=0.05)
    20
    """
    if not eps > 0:
        raise ValueError(f"eps must be positive, it is {eps}")
    mean, sd = curve.mean, curve.sd
    largest = int(np.argmax(curve.settings))
    # "<=" and not "<": an error that is the same for all seeds has sd 0 and is sufficient.
    enough = (sd < eps) & (np.abs(mean - mean[largest]) <= 2 * sd)
    return min((m for m, good in zip(curve.settings, enough, strict=True) if good), default=None)


def structure_curve(
    run: Callable[[Setting, int], Mapping[str, float]],
    structures: Iterable[Setting],
    seeds: Iterable[int],
) -> dict[str, Curve]:
    """Error and its variance against structure.

    Parameters
    ----------
    run : callable
        ``run(structure, seed) -> {"train": 0.1, "validation": 0.2}``: trains a model of this
        structure from this seed and returns named errors. Keep the test sample out of the choice.
    structures : iterable
        K different structures: numbers (width, degree), strings ("with attention") or tuples
        ((16, 8) hidden units). Their order is kept.
    seeds : iterable of int
        S different seeds, at least 2.

    Returns
    -------
    dict of Curve
        For each name a curve whose settings are the structures; `plots.structure` draws it.

    Raises
    ------
    ValueError
        Repeated structures; fewer than 2 seeds or repeated ones; nan or inf (which structure and
        seed is said); different names from one run to another.

    Examples
    --------
    >>> curves = structure_curve(lambda k, seed: {"test": k + seed}, [1, 2, 4], [0, 1])
    >>> curves["test"].variance
    array([0.5, 0.5, 0.5])
    """
    return _curves(run, list(structures), seeds)


def beta_interval(correct: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Posterior interval of an accuracy, from the number of right answers.

    The answers are Bernoulli with an unknown accuracy; its prior is uniform, Beta(1, 1), so that
    the posterior is Beta(1 + correct, 1 + n - correct), exactly. The interval leaves the same
    probability on both sides, and stays inside [0, 1] even if all the answers are right.

    Parameters
    ----------
    correct : int
        Number of right answers, 0 to n.
    n : int
        Number of answers.
    level : float
        Posterior probability of the interval, between 0 and 1.

    Returns
    -------
    low, high : float
        Ends of the interval, as shares (not per cent).

    Raises
    ------
    ValueError
        correct outside 0..n, a level outside (0, 1).

    References
    ----------
    Gelman et al., Bayesian Data Analysis, 3rd edition, section 2.4.

    Examples
    --------
    >>> low, high = beta_interval(9, 10)
    >>> round(low, 3), round(high, 3)
    (0.587, 0.977)
    """
    if not 0 <= correct <= n:
        raise ValueError(f"there must be 0 to {n} right answers out of {n}, not {correct}")
    _check_level(level)
    tail = (1 - level) / 2
    low, high = stats.beta.ppf([tail, 1 - tail], 1 + correct, 1 + n - correct)
    return float(low), float(high)


def _curves(
    run: Callable[[Any, int], Mapping[str, float]], settings: Sequence[Any], seeds: Iterable[int]
) -> dict[str, Curve]:
    seeds = _distinct_seeds(seeds)
    if len(seeds) < 2:
        raise ValueError("a variance needs at least 2 runs of each setting: give more seeds")
    if not settings or len(set(settings)) < len(settings):
        raise ValueError(f"give at least one setting and none of them twice, not {list(settings)}")
    errors: dict[str, list[float]] = {}
    for setting, seed in _progress([(a, s) for a in settings for s in seeds]):
        where = f"run({setting!r}, seed={seed})"
        for name, error in _named(run(setting, seed), where, errors).items():
            errors.setdefault(name, []).append(_number(error, f"{where}, {name!r}"))
    shape = len(settings), len(seeds)
    return {name: Curve(tuple(settings), np.reshape(e, shape)) for name, e in errors.items()}


def _progress(items: Sequence[Any]) -> Iterable[Any]:
    # Nothing short shows a bar, and nothing goes to stderr: a test that writes there scores 0.
    return tqdm(items, delay=2, leave=False, file=sys.stdout)


def _distinct_seeds(seeds: Iterable[int]) -> list[int]:
    seeds = list(seeds)
    if not seeds:
        raise ValueError("give at least one seed")
    if len(set(seeds)) < len(seeds):
        raise ValueError(f"seeds must differ, or the variance is too small: {seeds}")
    return seeds


def _named(errors: Any, where: str, earlier: Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(errors, Mapping) or not errors:
        raise ValueError(
            f'{where} must return named errors, such as {{"test": ...}}; '
            f"it returned {type(errors).__name__}"
        )
    if earlier and set(errors) != set(earlier):
        raise ValueError(
            f"every run must return errors of the same names: {where} returned "
            f"{sorted(errors)}, the first run {sorted(earlier)}"
        )
    return errors


def _number(value: Any, where: str) -> float:
    array = _plain(value)
    if array.size != 1:
        raise ValueError(f"{where}: the error must be one number, its shape is {array.shape}")
    number = float(array.reshape(()))
    if not np.isfinite(number):
        raise ValueError(f"{where}: the error is {number}, not a finite number")
    return number


def _plain(value: Any) -> Array:
    # A tensor may hold a graph or live on a GPU; asking for its values does not take torch itself.
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    return np.asarray(value, dtype=float)


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1 (0.95 for 95 %), it is {level}")
