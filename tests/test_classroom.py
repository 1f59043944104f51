"""A class is graded whole, whatever its submissions do and whenever the grader is killed."""

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import psutil
import pytest
from click.testing import CliRunner
from conftest import COURSE
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from basicdeepnets.cli import main
from basicdeepnets.errors import CourseError
from basicdeepnets.grading import masters, pool, recording
from basicdeepnets.grading.classroom import RUNS
from basicdeepnets.grading.course import Course
from basicdeepnets.grading.examine import Outcome, Result, Slot
from basicdeepnets.grading.masters import Master
from basicdeepnets.grading.sandbox import SandboxError
from basicdeepnets.grading.submissions import fill, solve

NETWORK = "small"
SOURCE = '''
# %%
import torch

from basicdeepnets import check
from basicdeepnets.check import observe

# %% nbgrader={"grade_id": "double", "solution": true}
def double(x):
    """Return twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% nbgrader={"grade_id": "test_double", "grade": true, "points": 2}
check.close(observe(lambda: double(torch.tensor([1.0, 3.0]))), [2, 6], "twice")

# %% nbgrader={"grade_id": "half", "solution": true}
def half(x):
    """Return half of x."""
    ### BEGIN SOLUTION
    return x / 2
    ### END SOLUTION

# %% nbgrader={"grade_id": "test_half", "grade": true, "points": 3}
check.close(observe(lambda: half(torch.tensor([2.0, 4.0]))), [1, 2], "half")
'''
CONFIG = """
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties, LimitOutput, SaveAutoGrades
from basicdeepnets.grading.execute import SandboxExecute
from basicdeepnets.grading.sanitise import ReadSubmission
class OnePoint(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 1
c.AssignLatePenalties.plugin_class = OnePoint
c.Autograde.exporter_class = ReadSubmission
c.Autograde.sanitize_preprocessors = [
    OverwriteKernelspec, Sanitise, OverwriteCells, CheckCellMetadata
]
c.Autograde.autograde_preprocessors = [
    SandboxExecute, LimitOutput, SaveAutoGrades, AssignLatePenalties, CheckCellMetadata
]
c.SandboxExecute.restarts = 1
"""
WRONG = {"half": "def half(x):\n    return x"}


class Class:
    """A course folder with one small released network."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.course = Course(folder)
        release = folder / "release" / NETWORK / f"{NETWORK}.ipynb"
        self.release = nbformat.read(release, as_version=4)
        self.solution = solve(Master.load(NETWORK, folder))

    @classmethod
    def create(cls, folder: Path) -> "Class":
        course = Course.copy(COURSE, folder, [])
        with (folder / "nbgrader_config.py").open("a") as config:
            config.write(CONFIG)
        (folder / "build").mkdir()
        (folder / "build" / "network.py").write_text(SOURCE)
        network = masters.read_text(folder / "build" / "network.py")
        masters.write(network, masters.master_path(NETWORK, folder))
        course.generate(NETWORK)
        return cls(folder)

    def submit(self, student: str, blocks: dict[str, str] | None = None) -> Path:
        """Submit the solution with some blocks replaced; return the folder."""
        notebook = fill(self.release, {**self.solution, **(blocks or {})})
        self.course.submit(notebook, NETWORK, student)
        return self.folder / "submitted" / student / NETWORK

    def graded(self, student: str) -> NotebookNode:
        path = self.folder / "autograded" / student / NETWORK / f"{NETWORK}.ipynb"
        return nbformat.read(path, as_version=4)

    def gradebook(self) -> dict[str, dict]:
        """Return all that the gradebook says of each student."""
        found = {}
        with Gradebook(f"sqlite:///{self.folder}/gradebook/gradebook.db") as gradebook:
            for submission in gradebook.assignment_submissions(NETWORK):
                (notebook,) = submission.notebooks
                grades = {g.name: (g.auto_score, g.needs_manual_grade) for g in notebook.grades}
                comments = {c.name: c.auto_comment for c in notebook.comments}
                penalty = notebook.late_submission_penalty
                stamp = submission.timestamp
                row = {"grades": grades, "comments": comments, "penalty": penalty, "stamp": stamp}
                found[submission.student.id] = row
        return found

    def points(self) -> dict[str, float]:
        return {
            student: sum(score or 0 for score, _ in found["grades"].values())
            for student, found in self.gradebook().items()
        }

    def grade(self, jobs: int = 1, force: bool = False) -> dict:
        """Grade what is new and return the row of the summary."""
        room = self.course.classroom()
        table = room.grade(room.choose([NETWORK]), pool.pool(jobs), force)
        assert not list((self.folder / "autograded").glob(recording.STAGING))
        return table.loc[NETWORK].to_dict()

    def runs(self) -> list[dict]:
        files = sorted((self.folder / "autograded" / RUNS).glob("*"))
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Class.create(tmp_path_factory.mktemp("template") / "course").folder


@pytest.fixture
def klass(template: Path, tmp_path: Path) -> Class:
    return Class(Path(shutil.copytree(template, tmp_path / "course")))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Examine without a sandbox: who divides passes."""

    def examine(work: pool.Work) -> Outcome:
        results = {"test_double": Result(True), "test_half": Result("x / 2" in work.notebook)}
        return Outcome(results=results)

    monkeypatch.setattr(pool, "examine", examine)


def test_a_class_is_graded_as_nbgrader_would(klass: Class) -> None:
    klass.submit("ada_right")
    klass.submit("bob_wrong", WRONG)
    (klass.submit("cid_missing") / f"{NETWORK}.ipynb").unlink()
    (klass.submit("dan_damaged") / f"{NETWORK}.ipynb").write_text("{")
    link = klass.submit("eve_links") / f"{NETWORK}.ipynb"
    link.unlink()
    link.symlink_to(masters.master_path(NETWORK, klass.folder))
    klass.submit("fay_exits", {"half": "def half(x):\n    import os\n    os._exit(0)"})
    files = klass.submit("gus_files")
    (files / "mine.txt").write_text("mine")
    (files / "secret.txt").symlink_to(klass.folder / "nbgrader_config.py")
    os.mkfifo(files / "pipe")
    (files / f"{NETWORK}.ipynb.txt").mkdir()
    (klass.submit("hal_time") / "timestamp.txt").write_text("yesterday")
    row = klass.grade()
    assert (row["graded"], row["flagged"], row["failed"], row["lost"]) == (8, 4, 0, 0)
    expected = {"ada_right": 5, "bob_wrong": 2, "cid_missing": 0, "dan_damaged": 0}
    expected |= {"eve_links": 0, "fay_exits": 2, "gus_files": 5, "hal_time": 5}
    assert klass.points() == expected
    comments = {
        s: " ".join(filter(None, g["comments"].values())) for s, g in klass.gradebook().items()
    }
    assert "missing: file" in comments["cid_missing"]
    assert "killed: test_half" in comments["fay_exits"]
    assert "noted" not in comments["ada_right"]
    lines = {line["student"]: line for line in klass.runs()}
    assert lines["bob_wrong"]["points"] == 2
    assert "unreadable: file" in lines["eve_links"]["flags"]
    copied = sorted(p.name for p in (klass.folder / f"autograded/gus_files/{NETWORK}").iterdir())
    assert copied == ["mine.txt", f"{NETWORK}.ipynb", "timestamp.txt"]

    # Stock nbgrader reads what we wrote, and writes the same.
    klass.course.feedback((NETWORK, s) for s in ("ada_right", "bob_wrong", "cid_missing"))
    assert "half" in (klass.folder / f"feedback/bob_wrong/{NETWORK}/{NETWORK}.html").read_text()
    before = klass.gradebook()
    for student in ("ada_right", "bob_wrong"):
        ours = klass.graded(student)
        result = klass.course._api().autograde(NETWORK, student)
        assert result["success"], result
        theirs = klass.graded(student)
        for notebook in (ours, theirs):
            del notebook.metadata["basicdeepnets"]["seconds"]
            notebook.metadata.pop("kernelspec", None)  # nbgrader reads it twice and loses it
        assert ours == theirs
    assert klass.gradebook() == before
    assert klass.grade()["up to date"] == 8


def test_only_what_is_new(klass: Class, quick: None) -> None:
    for student in ("ada", "bob", "cid"):
        klass.submit(student, WRONG)
    assert klass.grade()["graded"] == 3
    assert klass.grade()["graded"] == 0
    klass.submit("bob")
    row = klass.grade()
    assert (row["graded"], row["up to date"], row["mean points"]) == (1, 2, 5)
    assert klass.points() == {"ada": 2, "bob": 5, "cid": 2}
    assert klass.grade(force=True)["graded"] == 3
    # One of the two without the other does not count.
    with Gradebook(f"sqlite:///{klass.folder}/gradebook/gradebook.db") as gradebook:
        gradebook.remove_submission(NETWORK, "ada")
    (klass.folder / f"autograded/bob/{NETWORK}").rename(klass.folder / "build" / "away")
    assert klass.grade()["graded"] == 2
    assert klass.points() == {"ada": 2, "bob": 5, "cid": 2}


def test_handed_in_again_while_it_is_graded(klass: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    def examine(work: pool.Work) -> Outcome:
        klass.submit("ada")
        return Outcome(results={"test_double": Result(True), "test_half": Result(False)})

    klass.submit("ada", WRONG)
    with monkeypatch.context() as patched:
        patched.setattr(pool, "examine", examine)
        assert klass.grade()["failed"] == 1
    assert klass.points() == {}
    results = {"test_double": Result(True), "test_half": Result(True)}
    monkeypatch.setattr(pool, "examine", lambda work: Outcome(results=results))
    assert klass.grade()["graded"] == 1
    assert klass.points() == {"ada": 5}


def test_late_is_late(klass: Class, quick: None) -> None:
    klass.submit("ada")
    with Gradebook(f"sqlite:///{klass.folder}/gradebook/gradebook.db") as gradebook:
        gradebook.update_or_create_assignment(NETWORK, duedate="2020-01-01 00:00:00 UTC")
    assert klass.grade()["mean points"] == 4
    assert klass.gradebook()["ada"]["penalty"] == 1


STEPS: dict[str, Callable[[], tuple[object, str]]] = {
    "copying": lambda: (recording.shutil, "copy"),
    "saving": lambda: (recording._Session, "save"),
    "moving": lambda: (recording.os, "replace"),
    "cleaning": lambda: (recording.Recorder, "clean"),
    "writing": lambda: (recording.Recorder, "_comment"),
}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step(step: str, when: str, klass: Class, quick: None) -> None:
    students = ["ada", "bob", "cid"]
    for student in students:
        klass.submit(student, WRONG)
    klass.grade()
    for student in students:
        klass.submit(student)

    def die(calls: int) -> None:
        owner, name = STEPS[step]()
        original = getattr(owner, name)
        left = [calls]

        def deadly(*args: object, **more: object) -> object:
            left[0] -= 1
            if left[0] == 0 and when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            result = original(*args, **more)
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        setattr(owner, name, deadly)
        klass.grade()

    grader = multiprocessing.get_context("fork").Process(target=die, args=(3,))
    grader.start()
    grader.join()
    assert grader.exitcode == -signal.SIGKILL
    room = klass.course.classroom()
    wanted = room.choose([NETWORK])
    new = {submission.student for submission in room.new(wanted)}
    for student, points in klass.points().items():
        if student not in new:  # it is whole
            assert points == 5
            assert "x / 2" in "".join(c.source for c in klass.graded(student).cells)
        else:  # nobody can take an old folder for a new score
            folder = klass.folder / f"autograded/{student}/{NETWORK}"
            assert points == 2 or not folder.exists()
    assert klass.grade()["graded"] == len(new)
    assert klass.points() == dict.fromkeys(students, 5)
    assert klass.grade()["up to date"] == 3


def test_two_graders_at_once(klass: Class, quick: None, capfd: pytest.CaptureFixture) -> None:
    for number in range(8):
        klass.submit(f"s{number}")
    graders = [multiprocessing.get_context("fork").Process(target=klass.grade) for _ in range(3)]
    for grader in graders:
        grader.start()
    for grader in graders:
        grader.join()
        assert grader.exitcode == 0
    assert len(klass.runs()) == 8
    assert klass.points() == {f"s{number}": 5 for number in range(8)}
    assert "another grader is at work" in capfd.readouterr().out


def test_what_fails_is_tried_again_once(klass: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def examine(slot: Slot, notebook: NotebookNode, exam: object) -> Outcome:
        text = json.dumps(notebook)
        calls.append(text)
        if "always" in text or ("once" in text and calls.count(text) == 1):
            raise RuntimeError("it fell over")
        if "no room" in text:
            raise SandboxError("no room")
        return Outcome(results={"test_double": Result(True), "test_half": Result(True)})

    monkeypatch.setattr(Slot, "examine", examine)
    klass.submit("ada")
    klass.submit("bob", {"half": "# always"})
    klass.submit("cid", {"half": "# once"})
    klass.submit("dan", {"half": "# no room"})
    row = klass.grade(jobs=2)
    assert (row["graded"], row["lost"], row["failed"]) == (3, 1, 1)
    assert klass.points() == {"ada": 5, "bob": 0, "cid": 5}
    assert "lost: RuntimeError it fell over" in klass.gradebook()["bob"]["comments"]["double"]
    with pytest.raises(CourseError, match="no room"):
        klass.grade()


def test_no_sandbox_stops_at_once(klass: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    def examine(*_: object) -> Outcome:
        raise SandboxError("nothing here")

    monkeypatch.setattr(Slot, "examine", examine)
    klass.submit("ada")
    klass.submit("bob")
    with pytest.raises(CourseError, match="nothing here"):
        klass.grade(jobs=2)
    assert klass.points() == {}


def test_the_command(klass: Class, quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(klass.folder)
    klass.submit("ada")
    klass.submit("bob", WRONG)

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["autograde", *words])
        return result.exit_code, result.output.strip()

    for words, message in {
        ("nothing",): "Error: no network nothing (there are: small)",
        (
            NETWORK,
            "--students",
            "zoe",
        ): "Error: no submission of zoe for small (there are some of: ada, bob)",
        (NETWORK, "--cluster", "nowhere"): "Error: no Dask scheduler at nowhere",
    }.items():
        code, output = run(*words)
        assert code == 1
        assert output.startswith(message)
        assert len(output.splitlines()) == 1
    code, output = run(NETWORK, "--students", "ada", "--jobs", "1")
    assert code == 0
    assert klass.points() == {"ada": 5}
    monkeypatch.setattr(pool, "examine", lambda work: 1 / 0)
    code, output = run(NETWORK, "--jobs", "1")
    assert code == 1
    assert klass.points() == {"ada": 5, "bob": 0}


def test_a_killed_grader_leaves_no_process(klass: Class) -> None:
    for student in ("ada", "bob"):
        klass.submit(student)
    klass.submit("cid", {"half": "import time\ntime.sleep(300)"})
    command = [str(Path(sys.executable).parent / "basicdeepnets"), "autograde", NETWORK]
    grader = subprocess.Popen([*command, "--jobs", "2"], cwd=klass.folder)
    deadline = time.monotonic() + 60
    while len(klass.runs()) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    family = psutil.Process(grader.pid).children(recursive=True)
    assert len(family) >= 4
    grader.kill()
    grader.wait()
    _, alive = psutil.wait_procs(family, timeout=5)
    assert not [p for p in alive if p.status() != psutil.STATUS_ZOMBIE]
    assert klass.points() == {"ada": 5, "bob": 5}


def test_interrupted(
    klass: Class, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture
) -> None:
    def examine(work: pool.Work) -> Outcome:
        time.sleep(300 if "slow" in work.notebook else 0)
        return Outcome(results={"test_double": Result(True), "test_half": Result(True)})

    monkeypatch.setattr(pool, "examine", examine)
    monkeypatch.chdir(klass.folder)
    klass.submit("ada")
    klass.submit("bob", {"half": "# slow"})
    words = ["autograde", NETWORK, "--jobs", "2"]
    grader = multiprocessing.get_context("fork").Process(target=main, args=(words,))
    grader.start()
    while not klass.runs():
        time.sleep(0.1)
    os.kill(grader.pid or 0, signal.SIGINT)
    grader.join(5)
    assert grader.exitcode == 130
    assert "the same command goes on" in capfd.readouterr().err
    assert klass.points() == {"ada": 5}
