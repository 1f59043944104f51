"""One submission from notebook to verdicts: what passes, what is shown, what is flagged."""

from collections.abc import Iterator

import psutil
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from basicdeepnets.grading.examine import Exam, ExamError, Outcome, Slot
from basicdeepnets.grading.sandbox import Limits

GIVEN = "import torch\nfrom basicdeepnets import check\nfrom basicdeepnets.check import observe"
TEST = """
check.close(observe(lambda: f(2.0)), 4, "visible")
### BEGIN HIDDEN TESTS
y = 5.0
check.close(observe(lambda: f(y)), 10, "hidden")
### END HIDDEN TESTS
"""


@pytest.fixture(scope="module")
def slot() -> Iterator[Slot]:
    with Slot(Limits(cell=2, submission=8, memory=400 * 2**20, restarts=3)) as made:
        yield made


def notebook(*sources: str) -> NotebookNode:
    return new_notebook(cells=[new_code_cell(source) for source in (GIVEN, *sources)])


def exam(*tests: str) -> Exam:
    return Exam({"given": GIVEN}, {f"test_{n}": test for n, test in enumerate(tests)})


def grade(slot: Slot, code: str, test: str = TEST) -> Outcome:
    return slot.examine(notebook(code), exam(test))


def message(outcome: Outcome) -> str:
    return outcome.results["test_0"].message


def test_right_and_wrong(slot: Slot) -> None:
    outcome = grade(slot, "def f(x): return 2 * x")
    assert outcome.results["test_0"].passed
    assert outcome.flags == []
    assert message(grade(slot, "def f(x): return 2 + x")) == "hidden"
    assert message(grade(slot, "def f(x): return 3 * x")) == "visible"
    assert "the docstring" in message(grade(slot, "def f(x): return object()"))
    assert "Did the cell" in message(grade(slot, "pass"))


def test_an_error_in_a_visible_test_is_shown_whole(slot: Slot) -> None:
    found = message(grade(slot, "def f(x):\n    raise KeyError('mine')"))
    assert found == "your code raised KeyError: 'mine' (at `raise KeyError('mine')`)"


def test_an_error_in_a_hidden_test_shows_only_its_kind_and_line(slot: Slot) -> None:
    code = "def f(x):\n    if x == 5: raise ValueError(f'x is {x}')\n    return 2 * x"
    found = message(grade(slot, code))
    assert found == "your code raised ValueError (at `if x == 5: raise ValueError(f'x is {x}')`)"


def test_all_visible_tests_run_before_any_hidden_one(slot: Slot) -> None:
    code = "seen = []\ndef f(x):\n    seen.append(x)\n    raise RuntimeError(seen)\n"
    code += "def g(x):\n    seen.append(x)\n    return 2 * x"
    outcome = slot.examine(notebook(code), exam(TEST.replace("f(", "g("), TEST))
    assert "[2.0, 2.0]" in outcome.results["test_1"].message
    assert outcome.results["test_0"].passed


def test_helpers_and_values_of_a_test_travel(slot: Slot) -> None:
    test = """
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.ones(3))
    def forward(self, x):
        return f(x * self.w)
def twice(x):
    return helper(x)
def helper(x):
    return f(f(x))
net = Net()
def step(model):
    optimiser = torch.optim.SGD(model.parameters(), lr=0.5)
    model(torch.ones(3)).sum().backward()
    optimiser.step()
    return {"w": model.w, "twice": twice(3), "list": (1, None, "a", True)}
found = observe(lambda: step(net))
check.close(found["w"], [0.0, 0.0, 0.0], "a step")
check.equal(found["twice"], 12, "twice")
check.equal(found["list"], [1, None, "a", True], "plain data")
check.true(net.w.sum().item() == 3, "a copy is changed, not the test's own")
"""
    outcome = grade(slot, "def f(x): return 2 * x", test)
    assert outcome.results["test_0"].passed, outcome


def test_random_numbers_are_the_same_in_each_run(slot: Slot) -> None:
    test = "check.close(observe(lambda: f()), torch.rand(2), 'seeded as here')"
    for code in ("f = lambda: torch.rand(2)", "torch.rand(7)\nf = lambda: torch.rand(2)"):
        assert grade(slot, code, test).results["test_0"].passed


def test_a_test_that_fails_itself_gives_no_points_and_says_why(slot: Slot) -> None:
    outcome = grade(slot, "def f(x): return 'text'", "float(observe(lambda: f(1))) + 1")
    assert not outcome.results["test_0"].passed
    assert "could not judge" in message(outcome)
    assert "ValueError" in outcome.results["test_0"].detail
    assert outcome.flags == ["undecided: test_0"]


def test_a_name_of_the_student_outside_observe_does_not_exist(slot: Slot) -> None:
    assert "NameError" in grade(slot, "f = 1", "f").results["test_0"].detail


def test_a_given_cell_that_fails_is_an_error_of_the_master(slot: Slot) -> None:
    with pytest.raises(ExamError, match="1 / 0"):
        slot.examine(notebook(), Exam({"given": "1 / 0"}, {"test": "pass"}))
    assert grade(slot, "def f(x): return 2 * x").results["test_0"].passed


def test_outputs_are_those_of_jupyter(slot: Slot) -> None:
    cells = (
        "import sys\nprint('one')\nprint('two')\nprint('three', file=sys.stderr)\n1 + 1",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "import pandas as pd\npd.DataFrame({'a': [1]})",
        "def g():\n    return 1 / 0\ng()",
        "%%bash\necho shell",
    )
    outputs = slot.examine(notebook(*cells), exam()).outputs
    stream, errors, result = outputs[1]
    assert (stream.name, stream.text, errors.name) == ("stdout", "one\ntwo\n", "stderr")
    assert result.data == {"text/plain": "2"}
    assert set(outputs[2][0].data) == {"text/plain", "image/png"}
    assert "<table" in outputs[3][0].data["text/html"]
    assert outputs[4][0].ename == "ZeroDivisionError"
    assert "return" in "".join(outputs[4][0].traceback)
    assert outputs[5][0].text == "shell\n"


def test_workers_and_subprocesses_can_be_used(slot: Slot) -> None:
    code = """
from torch.utils.data import DataLoader
import subprocess, tempfile
loader = DataLoader(list(range(8)), batch_size=4, num_workers=2)
with tempfile.TemporaryFile() as file:
    file.write(b"x")
def f(): return [batch.sum().item() for batch in loader]
"""
    test = "check.equal(observe(lambda: f()), [6, 22], 'loaded')"
    outcome = grade(slot, code, test)
    assert outcome.results["test_0"].passed, outcome


def test_a_test_that_kills_costs_that_test_alone(slot: Slot) -> None:
    code = "import os\nprint('once')\ndef f(x): os._exit(0)\ndef g(x): return 2 * x"
    outcome = slot.examine(notebook(code), exam(TEST, TEST.replace("f(", "g(")))
    assert [r.passed for r in outcome.results.values()] == [False, True]
    assert outcome.flags == ["killed: test_0", "restarted: 1 times"]
    assert outcome.outputs[1][0].text == "once\n"


def test_a_cell_that_kills_is_skipped(slot: Slot) -> None:
    cells = ("def f(x): return 2 * x", "import os; os._exit(0)", "print('after')")
    outcome = slot.examine(notebook(*cells), exam(TEST))
    assert outcome.results["test_0"].passed
    assert outcome.flags == ["killed: cell 2", "restarted: 1 times"]
    assert outcome.outputs[2][0].ename == "Stopped"
    assert outcome.outputs[3][0].text == "after\n"


def test_restarts_end(slot: Slot) -> None:
    cells = ["import os; os._exit(0)"] * 6
    outcome = slot.examine(notebook(*cells), exam(TEST))
    assert "stopped too often" in message(outcome)
    assert "restarts: test_0" in outcome.flags


def test_time_of_a_submission_ends(slot: Slot) -> None:
    outcome = slot.examine(notebook(*["import time; time.sleep(1.9)"] * 6), exam(TEST))
    assert outcome.seconds < 9
    assert "all cells together" in message(outcome)
    assert "timed_out: submission" in outcome.flags
    assert grade(slot, "def f(x): return 2 * x").flags == []


def test_a_test_that_hangs_itself(slot: Slot) -> None:
    outcome = grade(slot, "def f(x): return 1", "observe(lambda: f(1))\nwhile True: pass")
    assert not outcome.results["test_0"].passed
    assert outcome.flags == ["examiner_timed_out: test_0"]
    assert grade(slot, "def f(x): return 2 * x").flags == []


def test_output_is_cut(slot: Slot) -> None:
    outcome = slot.examine(notebook("print('x' * 10**7)"), exam())
    assert outcome.flags == ["output_cut: cell 1"]
    assert len(outcome.outputs[1][0].text) == slot.limits.output


def test_an_examiner_that_died_between_two_submissions_is_replaced(slot: Slot) -> None:
    grade(slot, "def f(x): return 2 * x")
    for process in psutil.Process(slot.examiner._process.pid).children(recursive=True)[-1:]:
        process.kill()
    outcome = grade(slot, "def f(x): return 2 * x")
    assert outcome.results["test_0"].passed, outcome
    assert outcome.flags == []
