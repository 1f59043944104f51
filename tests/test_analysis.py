"""Error analysis: against closed forms and scipy, and what it refuses."""

import doctest
import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from basicdeepnets import analysis
from basicdeepnets.analysis import (
    Curve,
    Summary,
    beta_interval,
    bootstrap,
    errors_over_seeds,
    learning_curve,
    parameter_variance,
    sample_size_curve,
    structure_curve,
    sufficient_size,
    summary,
)

error_lists = st.lists(st.integers(-1000, 1000), min_size=2, max_size=20)


def test_docstrings_work():
    assert doctest.testmod(analysis).failed == 0


def test_needs_no_torch():
    code = "import sys, basicdeepnets.analysis; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Errors over seeds and their summary


def test_errors_over_seeds_runs_each_seed_once_and_in_order():
    seen = []
    errors = errors_over_seeds(lambda seed: seen.append(seed) or seed / 2, [3, 1, 2])
    assert seen == [3, 1, 2]
    np.testing.assert_array_equal(errors, [1.5, 0.5, 1.0])


def test_errors_may_be_tensors_with_a_graph():
    w = torch.tensor([2.0], requires_grad=True)
    np.testing.assert_array_equal(errors_over_seeds(lambda seed: w * seed, [1, 2]), [2.0, 4.0])


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_run_that_is_not_finite_is_named(bad):
    with pytest.raises(ValueError, match=r"run\(seed=2\).*not a finite number"):
        errors_over_seeds(lambda seed: bad if seed == 2 else 1.0, range(4))


@pytest.mark.parametrize(
    ("seeds", "message"), [([], "at least one seed"), ([1, 2, 1], "seeds must differ")]
)
def test_seeds_are_checked(seeds, message):
    with pytest.raises(ValueError, match=message):
        errors_over_seeds(float, seeds)


def test_one_number_a_run():
    with pytest.raises(ValueError, match=r"one number, its shape is \(2,\)"):
        errors_over_seeds(lambda seed: [1.0, 2.0], [0])


def test_nothing_short_shows_progress(capfd):
    errors_over_seeds(float, range(50))
    bootstrap(lambda i: 0.0, 3)
    assert capfd.readouterr() == ("", "")


def test_summary_against_scipy():
    errors = np.random.default_rng(0).gamma(2, size=13)
    s = summary(errors, level=0.9)
    expected = stats.t.interval(0.9, 12, loc=errors.mean(), scale=stats.sem(errors))
    np.testing.assert_allclose(s.interval, expected, rtol=1e-12)
    assert (s.runs, s.level) == (13, 0.9)


def test_variance_is_unbiased():
    s = summary([1, 2, 3, 4])
    assert s.mean == 2.5
    assert s.variance == pytest.approx(5 / 3)
    assert s.sd == pytest.approx(math.sqrt(5 / 3))


def test_equal_errors_have_no_variance():
    assert summary([0.3, 0.3, 0.3]).interval == pytest.approx((0.3, 0.3))


def test_summary_reads():
    assert repr(Summary(0.05, 0.0004, (0.03, 0.07), 10)) == (
        "mean 0.05 (95 % interval 0.03 to 0.07), variance 0.0004 (sd 0.02), 10 runs"
    )


@settings(deadline=None)
@given(error_lists, st.integers(-100, 100), st.integers(1, 100))
def test_shift_and_scale(errors, shift, scale):
    e = np.array(errors, dtype=float)
    a, b = summary(e), summary(scale * e + shift)
    assert b.mean == pytest.approx(scale * a.mean + shift, abs=1e-6)
    assert b.variance == pytest.approx(scale**2 * a.variance, rel=1e-9, abs=1e-6)
    assert b.interval == pytest.approx([scale * end + shift for end in a.interval], abs=1e-4)


@settings(deadline=None)
@given(error_lists)
def test_interval_holds_the_mean_and_grows_with_the_level(errors):
    narrow, wide = summary(errors, 0.5), summary(errors, 0.99)
    assert wide.interval[0] <= narrow.interval[0] <= narrow.mean
    assert narrow.mean <= narrow.interval[1] <= wide.interval[1]


def test_interval_covers_the_true_mean_as_often_as_it_says():
    rng = np.random.default_rng(0)
    samples = (summary(rng.normal(3, 2, size=5)).interval for _ in range(2000))
    covered = sum(low < 3 < high for low, high in samples)
    assert abs(covered / 2000 - 0.95) < 5 * math.sqrt(0.95 * 0.05 / 2000)


@pytest.mark.parametrize(
    ("errors", "message"),
    [
        ([1.0], "at least 2 runs"),
        ([1.0, math.nan], "run number 1"),
        ([[1.0, 2.0]], "one a run"),
    ],
)
def test_summary_refuses(errors, message):
    with pytest.raises(ValueError, match=message):
        summary(errors)


@pytest.mark.parametrize("level", [0, 1, 95])
def test_levels_are_shares(level):
    with pytest.raises(ValueError, match="between 0 and 1"):
        summary([1, 2], level)
    with pytest.raises(ValueError, match="between 0 and 1"):
        beta_interval(1, 2, level)


# Bootstrap


def test_bootstrap_sd_of_a_mean():
    x = np.random.default_rng(1).exponential(size=60)
    means = bootstrap(lambda i: x[i].mean(), 60, resamples=4000)
    # The bootstrap knows the variance with ddof=0. The tolerance is 5 sd of an sd over 4000 values.
    assert means.std() == pytest.approx(math.sqrt(x.var() / 60), rel=5 / math.sqrt(2 * 4000))
    assert means.mean() == pytest.approx(x.mean(), abs=5 * x.std() / math.sqrt(60 * 4000))


def test_bootstrap_draws_n_with_replacement():
    draws = bootstrap(lambda i: np.bincount(i, minlength=30), 30, resamples=300)
    assert draws.shape == (300, 30)
    assert (draws.sum(axis=1) == 30).all()
    assert (draws == 0).mean() == pytest.approx((1 - 1 / 30) ** 30, abs=0.02)


def test_bootstrap_repeats_with_its_seed_alone():
    state = np.random.get_state()[1].copy()  # noqa: NPY002 - the global state must stay as it is
    a, b, c = (bootstrap(lambda i: i.mean(), 9, resamples=5, seed=s) for s in (0, 0, 1))
    np.testing.assert_array_equal(a, b)
    assert (a != c).any()
    np.testing.assert_array_equal(state, np.random.get_state()[1])  # noqa: NPY002


def test_bootstrap_indices_select_from_a_tensor():
    x = torch.arange(5.0)
    assert bootstrap(lambda i: x[i].mean(), 5).shape == (200,)


def test_bootstrap_refuses():
    with pytest.raises(ValueError, match="at least 1"):
        bootstrap(lambda i: 0.0, 0)
    with pytest.raises(ValueError, match=r"resample 0 .* nan"):
        bootstrap(lambda i: math.nan, 3)
    growing = iter(range(1, 9))
    with pytest.raises(ValueError, match="one shape"):
        bootstrap(lambda i: np.zeros(next(growing)), 3)


def test_parameter_variance_of_a_line_against_the_formula():
    rng = np.random.default_rng(0)
    n, sigma = 400, 0.5
    design = np.stack([np.ones(n), rng.uniform(-1, 1, n)], axis=1)
    t = design @ [1.0, 2.0] + sigma * rng.standard_normal(n)
    mean, sd = parameter_variance(
        lambda i: np.linalg.lstsq(design[i], t[i], rcond=None)[0], n, resamples=500
    )
    formula = sigma * np.sqrt(np.diag(np.linalg.inv(design.T @ design)))
    np.testing.assert_allclose(sd, formula, rtol=0.2)
    np.testing.assert_allclose(mean, [1, 2], atol=5 * formula.max())


def test_parameter_variance_is_unbiased_over_resamples():
    x = np.array([1.0, 5.0, 7.0])
    values = bootstrap(lambda i: [x[i].mean(), 1.0], 3, resamples=4, seed=2)
    mean, sd = parameter_variance(lambda i: [x[i].mean(), 1.0], 3, resamples=4, seed=2)
    np.testing.assert_allclose(mean, values.mean(axis=0))
    np.testing.assert_allclose(sd, [np.std(values[:, 0], ddof=1), 0])
    with pytest.raises(ValueError, match="at least 2 resamples"):
        parameter_variance(lambda i: [0.0], 3, resamples=1)


# Learning curve


def test_learning_curve_has_one_row_a_seed():
    curves = learning_curve(
        lambda seed: {"train": [1.0, seed], "test": torch.tensor([2.0, 3.0])}, [4, 5, 6]
    )
    np.testing.assert_array_equal(curves["train"], [[1, 4], [1, 5], [1, 6]])
    np.testing.assert_array_equal(curves["test"], [[2, 3]] * 3)


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (lambda s: {"train": [1.0, math.nan]}, r"run\(seed=0\), 'train', epoch 2.*nan"),
        (lambda s: {"train": [1.0] * (s + 1)}, r"run\(seed=1\) returned 2 of 'train'"),
        (lambda s: {"train": [1.0, 2.0], "test": [1.0]}, "same number of epochs"),
        (lambda s: {"train": []}, "no epochs"),
        (lambda s: {f"train{s}": [1.0]}, "same names"),
        (lambda s: [1.0, 2.0], "must return named errors.*list"),
    ],
)
def test_learning_curve_refuses(run, message):
    with pytest.raises(ValueError, match=message):
        learning_curve(run, [0, 1])


# Curves over sizes and structures


def test_sample_size_curve_sorts_the_sizes():
    curves = sample_size_curve(
        lambda m, seed: {"train": m + seed, "test": 2 * m}, sizes=[20, 10], seeds=[0, 1, 5]
    )
    assert list(curves) == ["train", "test"]
    assert curves["train"].settings == (10, 20)
    np.testing.assert_array_equal(curves["train"].errors, [[10, 11, 15], [20, 21, 25]])
    np.testing.assert_allclose(curves["train"].mean, [12, 22])
    np.testing.assert_allclose(curves["train"].variance, [7, 7])
    np.testing.assert_allclose(curves["train"].sd, [math.sqrt(7)] * 2)
    np.testing.assert_array_equal(curves["test"].variance, [0, 0])


def test_variance_of_a_mean_falls_as_one_over_m():
    def run(m, seed):
        return {"test": np.random.default_rng([m, seed]).standard_normal(m).mean()}

    curve = sample_size_curve(run, [10, 40, 160], range(400))["test"]
    np.testing.assert_allclose(curve.variance * curve.settings, 1, rtol=5 * math.sqrt(2 / 399))


@pytest.mark.parametrize("structures", [[8, 2, 4], ["none", "dot"], [(16, 8), (4,)]])
def test_structure_curve_keeps_the_order(structures):
    curve = structure_curve(lambda s, seed: {"test": seed}, structures, [0, 1])["test"]
    assert curve.settings == tuple(structures)
    assert curve.errors.shape == (len(structures), 2)


def test_curves_refuse():
    def run(setting, seed):
        return {"test": math.nan if (setting, seed) == (20, 1) else 0.5}

    with pytest.raises(ValueError, match=r"run\(20, seed=1\), 'test'.*nan"):
        sample_size_curve(run, [10, 20], [0, 1])
    with pytest.raises(ValueError, match="at least 2 runs"):
        structure_curve(run, [1, 2], [0])
    with pytest.raises(ValueError, match="none of them twice"):
        structure_curve(run, [1, 1], [0, 1])
    with pytest.raises(ValueError, match="at least one setting"):
        sample_size_curve(run, [], [0, 1])
    with pytest.raises(ValueError, match="at least 1 object"):
        sample_size_curve(run, [0, 5], [0, 1])
    with pytest.raises(ValueError, match=r"named errors.*float"):
        structure_curve(lambda s, seed: 0.1, ["a"], [0, 1])


@pytest.mark.parametrize(
    ("settings", "errors", "message"),
    [
        ((1, 2), [[1.0, 2.0]], "one row for each"),
        ((), np.zeros((0, 2)), "one row for each"),
        ((1,), [[1.0]], "at least 2 runs"),
        ((1,), [[1.0, math.nan]], "finite"),
    ],
)
def test_a_curve_is_checked(settings, errors, message):
    with pytest.raises(ValueError, match=message):
        Curve(settings, errors)


# The rule of the sufficient sample. Two errors a +- d have mean a and sd d * sqrt(2).


def curve_of(*rows):
    settings = tuple(m for m, _, _ in rows)
    return Curve(settings, [[a - d / math.sqrt(2), a + d / math.sqrt(2)] for _, a, d in rows])


@pytest.mark.parametrize(
    ("rows", "eps", "expected"),
    [
        # Size 20 is stable but 0.1 away from the end, 40 is stable and near.
        ([(10, 0.5, 0.3), (20, 0.3, 0.02), (40, 0.21, 0.02), (80, 0.2, 0.01)], 0.03, 40),
        # Near enough but not stable enough; only the largest is both.
        ([(10, 0.22, 0.1), (20, 0.21, 0.05), (40, 0.2, 0.01)], 0.03, 40),
        # Nothing is stable.
        ([(10, 0.2, 0.1), (20, 0.2, 0.05)], 0.03, None),
        # A larger eps accepts a smaller sample.
        ([(10, 0.22, 0.1), (20, 0.21, 0.05), (40, 0.2, 0.01)], 0.2, 10),
        # Always the same error.
        ([(10, 0.2, 0.0), (20, 0.0, 0.0), (40, 0.0, 0.0)], 0.01, 20),
        # In any order.
        ([(80, 0.2, 0.01), (20, 0.21, 0.01), (10, 0.3, 0.01)], 0.03, 20),
    ],
)
def test_sufficient_size(rows, eps, expected):
    assert sufficient_size(curve_of(*rows), eps) == expected


def test_both_parts_of_the_rule_use_the_sd_at_that_size():
    # 0.039 < 2 * 0.02 = 2 sd(20), although it is more than 2 sd(40).
    assert sufficient_size(curve_of((20, 0.239, 0.02), (40, 0.2, 0.001)), 0.03) == 20
    assert sufficient_size(curve_of((20, 0.241, 0.02), (40, 0.2, 0.025)), 0.03) == 40


@settings(deadline=None)
@given(st.integers(1, 50), st.integers(-5, 5))
def test_sufficient_size_does_not_depend_on_the_unit(scale, shift):
    rows = [(10, 0.5, 0.3), (20, 0.3, 0.02), (40, 0.21, 0.02), (80, 0.2, 0.01)]
    moved = curve_of(*[(m, scale * a + shift, scale * d) for m, a, d in rows])
    assert sufficient_size(moved, scale * 0.03) == 40


@pytest.mark.parametrize("eps", [0, -1, math.nan])
def test_eps_is_positive(eps):
    with pytest.raises(ValueError, match="eps must be positive"):
        sufficient_size(curve_of((1, 0.1, 0.1)), eps)


# Beta interval


def test_beta_interval_against_scipy():
    assert beta_interval(7, 9, 0.8) == pytest.approx(stats.beta.interval(0.8, 8, 3))


def test_beta_interval_without_data_is_the_prior():
    assert beta_interval(0, 0) == pytest.approx((0.025, 0.975))


def test_beta_interval_of_all_right():
    # The posterior Beta(n + 1, 1) has the distribution function x^(n + 1).
    low, high = beta_interval(20, 20)
    assert (low, high) == pytest.approx((0.025 ** (1 / 21), 0.975 ** (1 / 21)))
    assert high < 1


@settings(deadline=None)
@given(st.integers(0, 200), st.integers(0, 200))
def test_right_and_wrong_are_mirror_images(k, wrong):
    low, high = beta_interval(k, k + wrong)
    assert 0 < low < high < 1
    assert beta_interval(wrong, k + wrong) == pytest.approx((1 - high, 1 - low), abs=1e-9)


@pytest.mark.parametrize(("correct", "n"), [(-1, 3), (4, 3), (0, -1)])
def test_beta_interval_refuses(correct, n):
    with pytest.raises(ValueError, match="right answers"):
        beta_interval(correct, n)
