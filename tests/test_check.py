"""`observe` gives plain data whatever happens, and every assertion can fail and can pass."""

import linecache
import logging
import os
import sys
import warnings
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from basicdeepnets import check
from basicdeepnets.check import CheckError, SubmissionError, observe

HINT = "look at the docstring"


def cell(source: str) -> dict[str, Any]:
    """Run source as a cell of a notebook would be, and return what it defines."""
    name = "<cell of a student>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    namespace: dict[str, Any] = {}
    exec(compile(source, name, "exec"), namespace)
    return namespace


class TestObserve:
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
            max_leaves=8,
        )
    )
    def test_plain_data_comes_back_unchanged(self, value: Any) -> None:
        assert observe(lambda: value) == value

    def test_tensors_are_detached_copies(self) -> None:
        parameter = torch.nn.Parameter(torch.ones(2))
        found = observe(lambda: (parameter * 1, parameter, torch.eye(2).to_sparse()))
        assert [type(item) for item in found] == [torch.Tensor] * 3
        assert not any(item.requires_grad for item in found)
        found[1][0] = 5
        assert parameter[0] == 1

    def test_small_relatives_of_plain_types_are_accepted(self) -> None:
        class Name(str):
            def __eq__(self, other: object) -> bool:
                return True

            __hash__ = str.__hash__

        found = observe(
            lambda: [np.float32(0.5), np.int64(3), torch.Size([2]), OrderedDict(a=1), Name("x")]
        )
        assert found == [0.5, 3, [2], {"a": 1}, "x"]
        assert [type(item) for item in found] == [float, int, list, dict, str]
        assert found[4] != "y"

    @pytest.mark.parametrize(
        "value", [object(), {1: 2}, {1, 2}, np.array(["a"], dtype=object), lambda: 1]
    )
    def test_anything_else_is_refused(self, value: object) -> None:
        with pytest.raises(SubmissionError):
            observe(lambda: value)

    def test_subclasses_of_tensors_are_refused(self) -> None:
        class Agreeable(torch.Tensor):
            pass

        with pytest.raises(SubmissionError, match="Agreeable"):
            observe(lambda: torch.ones(2).as_subclass(Agreeable))

    def test_a_list_that_contains_itself_is_refused(self) -> None:
        endless: list[Any] = []
        endless.append(endless)
        with pytest.raises(SubmissionError, match="contains itself"):
            observe(lambda: endless)

    @pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, MemoryError, RecursionError])
    def test_every_error_becomes_a_submission_error(self, error: type[BaseException]) -> None:
        def fails() -> None:
            raise error("boom")

        with pytest.raises(SubmissionError):
            observe(fails)

    def test_the_message_names_the_students_line(self) -> None:
        linear = cell("def linear(x):\n    return x @ 3\n")["linear"]
        with pytest.raises(SubmissionError, match=r"in `linear`, at `return x @ 3`") as caught:
            observe(lambda: linear(torch.ones(2)))
        assert "observe" not in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value._render_traceback_() == [f"SubmissionError: {caught.value}"]

    def test_a_stub_says_that_it_is_not_written(self) -> None:
        stub = cell("def linear(x):\n    raise NotImplementedError\n")["linear"]
        with pytest.raises(SubmissionError, match="`linear` is not written yet"):
            observe(lambda: stub(1))

    def test_a_missing_name_says_where_to_look(self) -> None:
        with pytest.raises(SubmissionError, match="Did the cell that defines it run"):
            observe(lambda: undefined_name)  # type: ignore[name-defined]  # noqa: F821

    def test_nothing_reaches_stderr(self, capfd: pytest.CaptureFixture) -> None:
        def noisy() -> int:
            print("progress", file=sys.stderr)
            os.write(2, b"from C")
            warnings.warn("careful", stacklevel=1)
            logging.getLogger("student").warning("hm")
            return 1

        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert observe(noisy) == 1
        assert capfd.readouterr().err == ""
        os.write(2, b"after")
        assert capfd.readouterr().err == "after"

    def test_gradients_are_on(self) -> None:
        x = torch.ones(1, requires_grad=True)
        with torch.no_grad():
            assert observe(lambda: (x * 2).requires_grad) is True


class TestAssertions:
    @pytest.mark.parametrize(
        "passes",
        [
            lambda: check.true(True, HINT),
            lambda: check.number(0.5),
            lambda: check.shape(torch.ones(2, 3), (2, 3)),
            lambda: check.close(torch.tensor(2.0), 2, HINT),
            lambda: check.close([torch.ones(2), {"a": 1}], [[1, 1], {"a": 1.0}], HINT),
            lambda: check.equal(torch.tensor([1, 2]), [1, 2], HINT),
            lambda: check.gradients([torch.ones(1), None], [[1.0], None], "ab", HINT),
            lambda: check.gradients([torch.zeros(2)], [None], "a", HINT),
            lambda: check.below([0.1, 0.2], 0.2, HINT),
            lambda: check.above(torch.tensor([0.3]), 0.2, HINT),
        ],
    )
    def test_right_values_pass(self, passes: Callable[[], None]) -> None:
        passes()

    @pytest.mark.parametrize(
        ("fails", "message"),
        [
            (lambda: check.true(False, HINT), HINT),
            (lambda: check.number(torch.tensor(0.5)), "plain number"),
            (lambda: check.number(True), "plain number"),
            (lambda: check.number(float("nan")), "not finite"),
            (lambda: check.shape(torch.ones(3, 2), (2, 3), "(a, b)"), r"\(3, 2\).*\(a, b\)"),
            (lambda: check.shape(None, (2,)), "return"),
            (lambda: check.close(torch.ones(3, 1), torch.ones(3), HINT), "shape"),
            (lambda: check.close(torch.tensor([1.0, np.nan]), [1, 1], HINT), "NaN"),
            (lambda: check.close(torch.tensor([1.0, 2, 4]), [1, 2, 3], HINT), "1 of 3"),
            (lambda: check.close([1], [1, 2], HINT), "2 parts"),
            (lambda: check.close({"a": 1}, {"b": 1}, HINT), "entries"),
            (lambda: check.close("1", 1, HINT), "numbers were expected"),
            (lambda: check.equal([1, 2], [2, 1], HINT), HINT),
            (lambda: check.gradients([None], [[1.0]], ["W"], HINT), "no gradient reaches W"),
            (lambda: check.gradients([[1.0]], [None], ["W"], HINT), "none should"),
            (lambda: check.gradients([[1.0]], [[2.0]], ["W"], HINT), "gradient of W is wrong"),
            (lambda: check.gradients([], [None], ["W"], HINT), "0 gradients instead of 1"),
            (lambda: check.below([0.1, 0.3], 0.2, HINT), HINT),
            (lambda: check.below(float("nan"), 0.2, HINT), HINT),
            (lambda: check.above(float("inf"), 0.2, HINT), HINT),
        ],
    )
    def test_wrong_values_fail(self, fails: Callable[[], None], message: str) -> None:
        with pytest.raises(CheckError, match=message):
            fails()

    def test_true_refuses_what_could_be_ambiguous(self) -> None:
        with pytest.raises(TypeError):
            check.true(torch.tensor(True), HINT)  # type: ignore[arg-type]

    @given(st.floats(1e3, 1e9), st.floats(1.1, 9.0))
    def test_messages_do_not_give_the_value_away(self, expected: float, factor: float) -> None:
        with pytest.raises(CheckError) as caught:
            check.close(expected * factor, expected, HINT)
        assert str(caught.value) == HINT


class TestStatistics:
    def test_frequency(self) -> None:
        rng = np.random.default_rng(0)
        for count in rng.binomial(1000, 0.3, size=300):
            check.frequency(int(count), 1000, 0.3, HINT)
        for count in (200, 400):
            with pytest.raises(CheckError):
                check.frequency(count, 1000, 0.3, HINT)

    def test_mean_and_variance(self) -> None:
        rng = np.random.default_rng(0)
        for _ in range(300):
            values = 2 + 3 * rng.standard_normal(200)
            check.mean_is(values, 2, HINT)
            check.variance_is(values, 9, HINT)
            with pytest.raises(CheckError):
                check.mean_is(values, 4, HINT)
            with pytest.raises(CheckError):
                check.variance_is(values, 3, HINT)

    @pytest.fixture
    def reference(self, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
        errors = np.random.default_rng(1).normal(0.5, 0.1, size=40)
        stored = {"checks": {"fit": {"errors": errors.tolist()}}}
        monkeypatch.setattr(check, "calibration", lambda network: stored)
        return errors

    def test_no_worse_rarely_fails_a_right_solution(self, reference: np.ndarray) -> None:
        rng = np.random.default_rng(2)
        failures = 0
        for _ in range(2000):
            try:
                check.no_worse(rng.normal(0.5, 0.1, size=5), "net/fit", HINT, false_alarm=0.01)
            except CheckError:
                failures += 1
        # The rate holds on average over references; this one reference may be off by some.
        assert stats.binom.sf(failures, 2000, 0.03) > 1e-6

    @pytest.mark.parametrize(
        ("errors", "message"),
        [
            ([1.5, 1.6, 1.4, 1.5, 1.6], "higher"),
            ([-4.0, 4.0, 0.0, -3.0, 3.0], "varies"),
            ([0.5] * 5, "seed"),
            ([0.5, 0.6], "three"),
            ([0.5, 0.6, float("nan")], "finite"),
        ],
    )
    def test_no_worse_fails(self, reference: np.ndarray, errors: list, message: str) -> None:
        with pytest.raises(CheckError, match=message):
            check.no_worse(errors, "net/fit", HINT)

    def test_a_better_solution_passes(self, reference: np.ndarray) -> None:
        check.no_worse([0.01, 0.02, 0.03], "net/fit", HINT)

    def test_recording_collects_instead_of_judging(self) -> None:
        with check.recording() as records:
            check.no_worse([1.0, 2.0, 3.0], "net/fit", HINT)
            check.no_worse([4.0, 5.0, 6.0], "net/fit", HINT)
        assert records == {"net/fit": [1, 2, 3, 4, 5, 6]}

    def test_a_network_without_calibration_says_what_to_do(self) -> None:
        with pytest.raises(FileNotFoundError, match="basicdeepnets calibrate nothing"):
            check.calibration("nothing")
