"""Attacks on the grader: each is graded from an unsolved notebook and must get nothing.

Nor may it show a hidden test, reach anything outside, leave anything behind, or keep an honest
submission that is graded next from its points.
"""

import json
import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import psutil
import pytest
from conftest import COURSE
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook

from basicdeepnets.grading import masters
from basicdeepnets.grading.course import Course
from basicdeepnets.grading.examine import Exam, Slot
from basicdeepnets.grading.execute import SandboxExecute, slot
from basicdeepnets.grading.masters import Master
from basicdeepnets.grading.submissions import fill, solve

NETWORK = "attacked"
SECRET = "secret_8125"
LIMITS = {
    **{"cell_seconds": 1.5, "submission_seconds": 8.0, "memory_mb": 400},
    **{"processes": 40, "output_kb": 100, "disk_mb": 20, "restarts": 2},
}
CONFIG = f"""
from nbgrader.preprocessors import AssignLatePenalties, LimitOutput, SaveAutoGrades
from basicdeepnets.grading.execute import SandboxExecute
from basicdeepnets.grading.sanitise import ReadSubmission
c.Autograde.exporter_class = ReadSubmission
c.Autograde.sanitize_preprocessors = [
    OverwriteKernelspec, Sanitise, OverwriteCells, CheckCellMetadata
]
c.Autograde.autograde_preprocessors = [
    SandboxExecute, LimitOutput, SaveAutoGrades, AssignLatePenalties, CheckCellMetadata
]
c.SandboxExecute.update({LIMITS!r})
"""

SOURCE = '''
# %%
import torch

from basicdeepnets import check
from basicdeepnets.check import observe

# %%
SEED = 0

# %% nbgrader={"grade_id": "double", "solution": true}
def double(x):
    """Return twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% nbgrader={"grade_id": "test_double", "grade": true, "points": 2}
check.close(observe(lambda: double(torch.tensor([1.0, 3.0]))), [2, 6], "visible: twice")
### BEGIN HIDDEN TESTS
x = torch.tensor([2.0, 5.0, 7.0])
def secret_8125():
    return double(x + 8125)
oracle = x + x + 16250
check.close(observe(secret_8125), oracle, "hidden: twice")
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "distance", "solution": true}
def distance(a, b):
    """Return the mean absolute difference, a number."""
    ### BEGIN SOLUTION
    return (a - b).abs().mean().item()
    ### END SOLUTION

# %% nbgrader={"grade_id": "test_distance", "grade": true, "points": 3}
found = observe(lambda: distance(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 8.0])))
check.number(found)
check.close(found, 4, "visible: mean")
### BEGIN HIDDEN TESTS
def secret_8125():
    return distance(torch.tensor([1.0, 2.0, 8125.0]), torch.zeros(3))
check.close(observe(secret_8125), 8128 / 3, "hidden: mean")
### END HIDDEN TESTS
'''


class Class:
    """A course with one small network, its release, and an honest submission."""

    def __init__(self, folder: Path) -> None:
        self.course = Course.copy(COURSE, folder, [])
        self.folder = self.course.folder
        with (self.folder / "nbgrader_config.py").open("a") as config:
            config.write(CONFIG)
        (self.folder / "build").mkdir()
        text = self.folder / "build" / "network.py"
        text.write_text(SOURCE)
        masters.write(masters.read_text(text), masters.master_path(NETWORK, self.folder))
        self.release = self.course.generate(NETWORK)
        self.master = Master.load(NETWORK, self.folder)
        self.honest = fill(self.release, solve(self.master))
        look = "import os\nprint([os.listdir(f) for f in ('/scratch', '/dev/shm')])"
        self.honest.cells.append(new_code_cell(look))
        self.exam = Exam.of(self.master)
        self.slot: Slot = slot(SandboxExecute(**LIMITS).limits)
        self.slot.examine(self.honest, self.exam)
        time.sleep(0.5)  # the examiner's last process is about to end
        self.usual = self.processes()
        (self.folder / "gradebook" / "notes.ipynb").write_text(SECRET)

    def grade(self, notebook: NotebookNode | str, student: str) -> tuple[dict, NotebookNode]:
        """Return scores and the graded notebook."""
        if isinstance(notebook, str):
            self.course.submit(self.release, NETWORK, student)
            path = self.folder / "submitted" / student / NETWORK / f"{NETWORK}.ipynb"
            path.write_text(notebook)
        else:
            self.course.submit(notebook, NETWORK, student)
        self.course.autograde([(NETWORK, student)])
        graded = self.folder / "autograded" / student / NETWORK / f"{NETWORK}.ipynb"
        with Gradebook(f"sqlite:///{self.folder}/gradebook/gradebook.db") as gradebook:
            found = gradebook.find_submission_notebook(NETWORK, NETWORK, student).grades
            scores = {grade.name.removeprefix("test_"): grade.auto_score for grade in found}
        return scores, nbformat.read(graded, as_version=4)

    def page(self, student: str) -> str:
        """Return the feedback page."""
        self.course.feedback([(NETWORK, student)])
        return (self.folder / "feedback" / student / NETWORK / f"{NETWORK}.html").read_text()

    def check_honest(self) -> None:
        """Examine the honest submission, and look around for what the one before has left."""
        outcome = self.slot.examine(self.honest, self.exam)
        assert all(result.passed for result in outcome.results.values()), outcome.results
        assert outcome.flags == []
        assert outcome.outputs[len(self.honest.cells) - 1][0].text == "[[], []]\n"
        patience = time.monotonic() + 5
        while self.processes() > self.usual and time.monotonic() < patience:
            time.sleep(0.05)
        assert self.processes() <= self.usual

    def processes(self) -> int:
        """Count what runs in the two sandboxes between two submissions."""
        warm = (self.slot.submission._process, self.slot.examiner._process)
        return sum(len(psutil.Process(w.pid).children(recursive=True)) for w in warm)


@pytest.fixture(scope="module")
def klass(tmp_path_factory: pytest.TempPathFactory) -> Class:
    return Class(tmp_path_factory.mktemp("attacks") / "course")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def attacks() -> Iterator[object]:
    for path in sorted((Path(__file__).parent / "attacks").glob("*.py")):
        _, *parts = re.split(r"^# %% ", path.read_text(), flags=re.MULTILINE)
        for part in parts:
            name, _, code = part.partition("\n")
            yield pytest.param(code, id=f"{path.stem}-{name.strip()}")


def attack_with(release: NotebookNode, code: str) -> NotebookNode:
    """Put an attack behind the last solution cell."""
    notebook = nbformat.from_dict(json.loads(json.dumps(release)))
    last = max(n for n, cell in enumerate(notebook.cells) if masters.is_solution(cell))
    notebook.cells.insert(last + 1, new_code_cell(code))
    return notebook


@pytest.mark.parametrize("code", list(attacks()))
def test_code(
    code: str, klass: Class, port: int, request: pytest.FixtureRequest, monkeypatch
) -> None:
    monkeypatch.setenv("GRADER_TOKEN", SECRET)
    names = f"SECRET, COURSE, PORT = {SECRET[:3]!r}, {str(klass.folder)!r}, {port}\n"
    notebook = attack_with(klass.release, names + code)
    student = request.node.callspec.id
    scores, graded = klass.grade(notebook, student)
    allowed = 0.0
    if "shows_" in student:  # these solve a block to get further
        allowed = 2.0
        assert "8125" not in klass.page(student)
    assert sum(scores.values()) <= allowed, scores
    check_no_leak(graded)
    flags = "\n".join(graded.metadata.basicdeepnets.flags)
    for wanted in re.findall(r"# flag: ([\w|]+)", code):
        assert re.search(f"({wanted}): ", flags), flags
    klass.check_honest()


def check_no_leak(graded: NotebookNode) -> None:
    others = [cell for cell in graded.cells if not masters.is_grade(cell)]
    outputs = [o for cell in graded.cells if cell.cell_type == "code" for o in cell.outputs]
    assert "8125" not in json.dumps([others, outputs])
    assert "PWNED" not in "".join(o.text for o in outputs if o.output_type == "stream")
    kinds = {mime for o in outputs for mime in o.get("data", {})}
    assert kinds <= {"text/plain", "text/html", "image/png"}


# --------------------------------------------------------------------------------------------
# metadata


def tag_as_skipped(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution", "analysis"]


def change_points(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if masters.is_grade(cell):
            cell.metadata.nbgrader.points = 1000
            cell.source = "pass"


def make_markdown(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if masters.is_grade(cell):
            cell.cell_type = "markdown"
            del cell["outputs"], cell["execution_count"]


def delete_tests(notebook: NotebookNode) -> None:
    notebook.cells = [cell for cell in notebook.cells if not masters.is_grade(cell)]


def delete_all(notebook: NotebookNode) -> None:
    notebook.cells = []


def double_tests(notebook: NotebookNode) -> None:
    notebook.cells = [c.copy() for cell in notebook.cells for c in (cell, cell)]
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell{number}"


def other_schema(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.schema_version = 99


def odd_metadata(notebook: NotebookNode) -> None:
    odd = [[], "x", {"grade_id": ["test_double"]}, {"grade_id": 5, "grade": True}, {"grade": 1}]
    for cell, value in zip(notebook.cells, odd, strict=False):
        cell.metadata["nbgrader"] = value


def other_name_for_a_test(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if masters.is_grade(cell):
            cell.metadata.nbgrader.grade_id = "double"


def make_tests_solutions(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if masters.is_grade(cell):
            cell.metadata.nbgrader.solution = True
            cell.metadata.nbgrader.grade = False
            cell.metadata.nbgrader.locked = False


def forged_outputs(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            data = {"text/plain": "1000", "text/html": "<script>alert(8)</script>"}
            cell.outputs = [nbformat.v4.new_output("execute_result", data=data, execution_count=1)]


def unknown_kernel(notebook: NotebookNode) -> None:
    notebook.metadata.kernelspec = {"name": "../../sh", "display_name": "x", "language": "sh"}
    notebook.metadata["basicdeepnets"] = {"flags": "none", "seconds": []}


METADATA = [
    *(tag_as_skipped, change_points, make_markdown, delete_tests, delete_all, double_tests),
    *(other_schema, odd_metadata, other_name_for_a_test, make_tests_solutions),
    *(forged_outputs, unknown_kernel),
]


@pytest.mark.parametrize("change", METADATA, ids=lambda change: change.__name__)
def test_metadata(change: Callable[[NotebookNode], None], klass: Class) -> None:
    notebook = nbformat.from_dict(json.loads(json.dumps(klass.release)))
    change(notebook)
    student = f"meta_{change.__name__}"
    scores, graded = klass.grade(json.dumps(notebook), student)
    assert scores == {"double": 0.0, "distance": 0.0}
    check_no_leak(graded)
    assert "8125" not in klass.page(student)
    # The same with the right solution earns what it deserves: the marks of what is left of it.
    notebook = nbformat.from_dict(json.loads(json.dumps(klass.honest)))
    change(notebook)
    scores, graded = klass.grade(json.dumps(notebook), f"right_{change.__name__}")
    solved = change is not delete_all
    assert scores == ({"double": 2.0, "distance": 3.0} if solved else dict.fromkeys(scores, 0.0))


FILES = {
    "empty": "",
    "cut": '{"cells": [{"cell_type": "code", "sou',
    "text": "hello",
    "list": "[]",
    "number": "5",
    "null": "null",
    "deep": "[" * 100_000,
    "no_cells": '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
    "odd_cells": '{"cells": [1, null, {}, {"cell_type": 5, "source": {"a": 1}, "metadata": []}]}',
    "surrogate": '{"cells": [{"cell_type": "code", "source": "\\ud800"}], "nbformat": 4}',
    "old": '{"nbformat": 3, "worksheets": 7}',
    "long_number": '{"cells": ' + "1" * 10_000 + "}",
}


@pytest.mark.parametrize("name", FILES)
def test_damaged_file(name: str, klass: Class) -> None:
    scores, graded = klass.grade(FILES[name], f"file_{name}")
    assert scores == {"double": 0.0, "distance": 0.0}
    assert graded.metadata.basicdeepnets.flags
    klass.check_honest()


def test_nothing_of_the_course_was_touched(klass: Class) -> None:
    assert "PWNED" not in (klass.folder / "nbgrader_config.py").read_text()
    assert not list(klass.folder.rglob("PWNED"))
    assert not os.path.exists("/tmp/was-unpickled")
