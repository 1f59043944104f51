"""Observe a submission, then judge what it gave back.

Everything that a test does with the student's code happens inside :func:`observe`; everything that
it concludes happens outside, with the assertions of this module. Here `observe` is an ordinary call
in the same process. It already returns plain data only, so a test that is written by the rule also
works where the submission and the judgement live in two processes.

Every failure is a :class:`CheckError`: one message in the reader's terms, with a hint where to
look, without the expected value and without the source of the test.
"""

import contextlib
import json
import linecache
import logging
import math
import numbers
import os
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from importlib import resources
from typing import Any

import numpy as np
import torch
from scipy import stats

FIVE_SIGMA = 5.7e-7
"""Two-sided false-alarm rate of a bound at five standard deviations of a normal variable."""

_records: dict[str, list[float]] | None = None


class CheckError(AssertionError):
    """A check that did not hold. Jupyter shows its message alone, not the lines of the test."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


class SubmissionError(CheckError):
    """The student's code raised an error, or returned something that cannot be judged."""


# --------------------------------------------------------------------------------------------
# observe


def observe(f: Callable[[], Any]) -> Any:
    """Call `f`, which runs the student's code, and return its result as plain data.

    Parameters
    ----------
    f : callable without arguments
        It may use student's names, modules and whatever the test has defined. It returns numbers,
        strings, None, tensors, arrays, or lists, tuples and dicts (keys: strings) of those.

    Returns
    -------
    plain data
        Python's base types; tuples become lists; tensors and arrays are detached copies on the CPU
        of exactly `torch.Tensor` or `numpy.ndarray`.

    Raises
    ------
    SubmissionError
        If the code raises (also SystemExit or KeyboardInterrupt) or returns anything else. The
        message names the student's line, never a line of the test.

    Notes
    -----
    Warnings, logging and stderr of the observed code are silenced: stock nbgrader gives no points
    for a grade cell that wrote to stderr. Gradients are on, whatever the notebook did before.
    """
    try:
        with _silence(), torch.enable_grad():
            return _plain(f())
    except CheckError:
        raise
    except BaseException as error:
        # Also SystemExit and KeyboardInterrupt: a submission may end its own cell, not the grading.
        raise SubmissionError(_explain(error, f)) from None


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    disabled = logging.root.manager.disable
    with open(os.devnull, "w") as nowhere, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)
        # The descriptor too: Jupyter shows what C code writes there as stderr of the cell.
        descriptor = os.dup(2)
        os.dup2(nowhere.fileno(), 2)
        try:
            with contextlib.redirect_stderr(nowhere):
                yield
        finally:
            os.dup2(descriptor, 2)
            os.close(descriptor)
            logging.disable(disabled)


def _plain(value: Any, depth: int = 0) -> Any:
    # Base-class methods are called on purpose: a subclass may have overridden its own.
    if depth > 20:
        raise SubmissionError("the result is nested too deeply, or contains itself")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, list):
        return [_plain(item, depth + 1) for item in list.__iter__(value)]
    if isinstance(value, tuple):
        return [_plain(item, depth + 1) for item in tuple.__iter__(value)]
    if isinstance(value, dict):
        items = dict.items(value)
        if not all(isinstance(key, str) for key, _ in items):
            raise SubmissionError("the keys of a dict that is returned must be strings")
        return {str.__str__(key): _plain(item, depth + 1) for key, item in items}
    if type(value) in (torch.Tensor, torch.nn.Parameter):
        value = value.detach().cpu()
        value = value.to_dense() if value.layout != torch.strided else value
        return value.clone().as_subclass(torch.Tensor)
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        return np.array(value, subok=False)
    raise SubmissionError(
        f"a {type(value).__name__} was returned where a number, string, tensor, array, list or "
        "dict was expected. Compare the result with the docstring of the block"
    )


def _explain(error: BaseException, f: Callable[[], Any]) -> str:
    test_file = getattr(getattr(f, "__code__", None), "co_filename", None)
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename not in (__file__, test_file) and _is_cell(frame.filename)
    ]
    where = f" (in `{frames[-1].name}`, at `{frames[-1].line}`)" if frames else ""
    if isinstance(error, NotImplementedError):
        block = f" `{frames[-1].name}`" if frames else ""
        return f"the block{block} is not written yet: fill its TODO"
    if isinstance(error, NameError) and not frames:
        return f"{error}. Did the cell that defines it run without an error?"
    if isinstance(error, KeyboardInterrupt):
        return f"your code was interrupted, probably because it took too long{where}"
    return f"your code raised {type(error).__name__}: {error}{where}"


def _is_cell(filename: str) -> bool:
    # Jupyter registers the source of a cell with linecache; files of packages exist on disk.
    return filename in linecache.cache and not os.path.exists(filename)


# --------------------------------------------------------------------------------------------
# assertions on plain data


def true(condition: bool, hint: str) -> None:
    """Fail with `hint` unless `condition` is True. It must be a plain bool, not a tensor."""
    if type(condition) is not bool:
        raise TypeError("check.true takes a plain bool; use check.close for tensors")
    if not condition:
        raise CheckError(hint)


def number(value: Any, what: str = "the result") -> None:
    """Fail unless `value` is a plain finite Python number (not a tensor, not a bool)."""
    if type(value) not in (int, float):
        raise CheckError(
            f"{what} should be a plain number (a float), not {_kind(value)}. "
            "`.item()` takes the number out of a tensor and lets go of its graph"
        )
    if not math.isfinite(value):
        raise CheckError(f"{what} is not finite")


def shape(value: Any, expected: Sequence[int], axes: str = "", what: str = "the result") -> None:
    """Fail unless `value` is a tensor or array of shape `expected`; `axes` names them in words."""
    if not isinstance(value, torch.Tensor | np.ndarray):
        raise CheckError(f"{what} should be a tensor, not {_kind(value)}")
    if tuple(value.shape) != tuple(expected):
        meaning = f" = {axes}" if axes else ""
        raise CheckError(
            f"{what} has shape {tuple(value.shape)}, but the docstring asks for "
            f"{tuple(expected)}{meaning}"
        )


def close(value: Any, expected: Any, hint: str, *, rtol: float = 1e-6, atol: float = 1e-8) -> None:
    """Fail with `hint` unless every number of `value` agrees with `expected`.

    Parameters
    ----------
    value : number, tensor, array, or list or dict of those
        From :func:`observe`. A tensor without axes counts as a number.
    expected : the same structure; nested lists of numbers also stand for a tensor
    hint : str
        The probable mistake and where to look, without the expected value.
    rtol, atol : float
        ``|value - expected| <= atol + rtol |expected|``, computed in float64.

    Raises
    ------
    CheckError
        Also if a shape differs (nothing is broadcast) or a value is not finite.
    """
    if isinstance(expected, dict):
        if not isinstance(value, dict) or set(value) != set(expected):
            raise CheckError(f"{hint} (the result should have the entries {sorted(expected)})")
        for key, item in expected.items():
            close(value[key], item, f"{key}: {hint}", rtol=rtol, atol=atol)
        return
    if isinstance(expected, list | tuple) and isinstance(value, list | tuple):
        if len(value) != len(expected):
            raise CheckError(f"{hint} (the result should have {len(expected)} parts)")
        for part, item in zip(value, expected, strict=True):
            close(part, item, hint, rtol=rtol, atol=atol)
        return
    found, wanted = _array(value, hint), _array(expected, hint)
    if found.shape != wanted.shape:
        raise CheckError(f"{hint} (the shape is {found.shape}, but should be {wanted.shape})")
    if np.isnan(found).any():
        raise CheckError(f"{hint} (the result contains NaN)")
    wrong = int((~np.isclose(found, wanted, rtol=rtol, atol=atol)).sum())
    if wrong:
        count = f" ({wrong} of {found.size} numbers differ)" if found.size > 1 else ""
        raise CheckError(f"{hint}{count}")


def equal(value: Any, expected: Any, hint: str) -> None:
    """Fail with `hint` unless `value` is exactly `expected`: strings, integers, lists, dicts."""
    if _listed(value) != _listed(expected):
        raise CheckError(hint)


def gradients(
    values: Sequence[Any],
    expected: Sequence[Any],
    names: Sequence[str],
    hint: str,
    *,
    rtol: float = 1e-6,
    atol: float = 1e-8,
) -> None:
    """Fail unless each gradient is the expected one; None means that no gradient may arrive.

    Parameters
    ----------
    values, expected : sequences of tensors or None, in the order of `names`
        Where None is expected, zeros are accepted too.
    names : sequence of str
        What each one is the gradient of; the message names the first one that is wrong.
    """
    if len(values) != len(expected):
        raise CheckError(f"{hint} (there are {len(values)} gradients instead of {len(expected)})")
    for value, wanted, name in zip(values, expected, names, strict=True):
        if wanted is None:
            if value is not None and np.any(_array(value, hint)):
                raise CheckError(f"a gradient reaches {name}, but none should: {hint}")
        elif value is None:
            raise CheckError(f"no gradient reaches {name}: {hint}")
        else:
            close(value, wanted, f"the gradient of {name} is wrong: {hint}", rtol=rtol, atol=atol)


def below(value: Any, bound: float, hint: str) -> None:
    """Fail with `hint` unless every number of `value` is finite and at most `bound`."""
    found = _array(value, hint)
    if not (np.isfinite(found).all() and (found <= bound).all()):
        raise CheckError(hint)


def above(value: Any, bound: float, hint: str) -> None:
    """Fail with `hint` unless every number of `value` is finite and at least `bound` (a floor)."""
    found = _array(value, hint)
    if not (np.isfinite(found).all() and (found >= bound).all()):
        raise CheckError(hint)


# --------------------------------------------------------------------------------------------
# statistical bounds


def frequency(count: int, trials: int, probability: float, hint: str) -> None:
    """Fail with `hint` unless `count` successes in `trials` agree with `probability`.

    The bounds are exact binomial quantiles; a right solution fails with probability at most 5.7e-7
    (five sigma) if the trials are independent.
    """
    low, high = stats.binom.ppf([FIVE_SIGMA / 2, 1 - FIVE_SIGMA / 2], trials, probability)
    if not low <= count <= high:
        raise CheckError(hint)


def mean_is(values: Any, expected: float, hint: str) -> None:
    """Fail with `hint` unless independent `values` (n,) can have the mean `expected`.

    Two-sided t test: a right solution fails with probability 5.7e-7 if the values are normal, and
    about that if n is large.
    """
    found = _array(values, hint).ravel()
    if found.size < 2 or not np.isfinite(found).all():
        raise CheckError(hint)
    bound = stats.t.ppf(1 - FIVE_SIGMA / 2, found.size - 1) * found.std(ddof=1) / found.size**0.5
    if not abs(found.mean() - expected) <= bound:
        raise CheckError(hint)


def variance_is(values: Any, expected: float, hint: str) -> None:
    """Fail with `hint` unless independent normal `values` (n,) can have the variance `expected`.

    Two-sided chi-square test; a right solution fails with probability 5.7e-7.
    """
    found = _array(values, hint).ravel()
    if found.size < 2 or not np.isfinite(found).all():
        raise CheckError(hint)
    low, high = stats.chi2.ppf([FIVE_SIGMA / 2, 1 - FIVE_SIGMA / 2], found.size - 1)
    if not low <= (found.size - 1) * found.var(ddof=1) / expected <= high:
        raise CheckError(hint)


def no_worse(errors: Any, reference: str, hint: str, *, false_alarm: float = 1e-5) -> None:
    """Fail with `hint` if errors over seeds are worse than the reference's own distribution.

    Parameters
    ----------
    errors : (S,) numbers
        The final error of S >= 3 independent runs (different seeds) of the submission.
    reference : str
        ``"network/name"``; the reference's R >= 30 errors are stored in
        ``basicdeepnets/calibration/network.json``, written by ``basicdeepnets calibrate network``.
    false_alarm : float
        Probability that a solution with the reference's own normal distribution fails one of the
        two bounds (Bonferroni: half for each).

    Raises
    ------
    CheckError
        If the variance exceeds the F(S-1, R-1) quantile times the reference's variance; if the mean
        exceeds the reference's by more than the t(R-1) quantile times ``sd sqrt(1/S + 1/R)``; if
        all errors are the same, so that the seed has no effect; or if one is not finite.

    Notes
    -----
    One-sided: a better or steadier solution is welcome. The power is small (a fourfold variance is
    hardly ever seen with S = 5), so exact checks must carry the points.
    """
    found = _array(errors, hint).ravel()
    if found.size < 3 or not np.isfinite(found).all():
        raise CheckError(f"{hint} (at least three finite errors are needed)")
    if _records is not None:
        _records.setdefault(reference, []).extend(found.tolist())
        return
    network, name = reference.split("/")
    stored = np.array(calibration(network)["checks"][name]["errors"])
    if found.std() == 0:
        raise CheckError(f"every seed gives exactly the same error: is the seed used? {hint}")
    variance_bound = stats.f.ppf(1 - false_alarm / 2, found.size - 1, stored.size - 1)
    if found.var(ddof=1) > variance_bound * stored.var(ddof=1):
        raise CheckError(f"the error varies more from seed to seed than it should: {hint}")
    spread = stored.std(ddof=1) * (1 / found.size + 1 / stored.size) ** 0.5
    if found.mean() > stored.mean() + stats.t.ppf(1 - false_alarm / 2, stored.size - 1) * spread:
        raise CheckError(f"the error is higher than that of a right solution: {hint}")


def calibration(network: str) -> dict[str, Any]:
    """Return the stored reference runs of a network (see :func:`no_worse`).

    Raises
    ------
    FileNotFoundError
        If the network was never calibrated.
    """
    file = resources.files("basicdeepnets") / "calibration" / f"{network}.json"
    if not file.is_file():
        raise FileNotFoundError(
            f"no calibration of {network}: run `basicdeepnets calibrate {network}`"
        )
    return json.loads(file.read_text())


@contextlib.contextmanager
def recording() -> Iterator[dict[str, list[float]]]:
    """Collect what :func:`no_worse` is given instead of judging it (used by calibration)."""
    global _records
    records: dict[str, list[float]] = {}
    _records = records
    try:
        yield records
    finally:
        _records = None


# --------------------------------------------------------------------------------------------


def _array(value: Any, hint: str) -> np.ndarray:
    if isinstance(value, bool | numbers.Real | np.ndarray):
        return np.asarray(value, dtype=np.float64)
    if isinstance(value, torch.Tensor):
        return value.detach().to(torch.float64).numpy()
    if isinstance(value, list | tuple) and value:
        parts = [_array(item, hint) for item in value]
        if all(part.shape == parts[0].shape for part in parts):
            return np.stack(parts)
    raise CheckError(f"{hint} (numbers were expected, not {_kind(value)})")


def _listed(value: Any) -> Any:
    if isinstance(value, torch.Tensor | np.ndarray):
        return value.tolist()
    if isinstance(value, list | tuple):
        return [_listed(item) for item in value]
    if isinstance(value, dict):
        return {key: _listed(item) for key, item in value.items()}
    return value


def _kind(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        return f"a tensor of shape {tuple(value.shape)}"
    return "None (is a `return` missing?)" if value is None else f"a {type(value).__name__}"
