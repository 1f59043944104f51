"""The whole nbgrader loop by stock commands: an exchange, an instructor's and a student's home."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from conftest import COURSE

from basicdeepnets.data import cache_folder
from basicdeepnets.grading.course import Course
from basicdeepnets.grading.masters import Master
from basicdeepnets.grading.submissions import fill, solve

NETWORK = "linear_models"
STUDENT_CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "basicdeepnets"
c.Exchange.root = {exchange!r}
c.Exchange.path_includes_course = True
"""


@pytest.fixture
def instructor(tmp_path: Path) -> Path:
    """A course folder that uses a private exchange."""
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    folder = Course.copy(COURSE, tmp_path / "instructor" / "course", [NETWORK]).folder
    with (folder / "nbgrader_config.py").open("a") as config:
        config.write(f"\nc.Exchange.root = {str(exchange)!r}\n")
    return folder


@pytest.fixture
def student(tmp_path: Path) -> Path:
    """A student's home, whose configuration knows the exchange and the course alone."""
    folder = tmp_path / "student"
    (folder / ".jupyter").mkdir(parents=True)
    config = STUDENT_CONFIG.format(exchange=str(tmp_path / "exchange"))
    (folder / ".jupyter" / "nbgrader_config.py").write_text(config)
    return folder


def nbgrader(home: Path, folder: Path, *words: str) -> str:
    """Run an nbgrader command as the owner of `home`, and return what it printed."""
    programs = Path(sys.executable).parent
    environment = {
        **os.environ,
        "HOME": str(home),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "JUPYTER_CONFIG_DIR": str(home / ".jupyter"),
        "JUPYTER_DATA_DIR": str(home / ".local"),
        "JUPYTER_RUNTIME_DIR": str(home / ".runtime"),
        "BASICDEEPNETS_DATA": str(cache_folder()),
    }
    command = [str(programs / "nbgrader"), *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"nbgrader {' '.join(words)}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def test_the_whole_loop(instructor: Path, student: Path) -> None:
    def teach(*words: str) -> str:
        return nbgrader(instructor.parent, instructor, *words)

    def learn(*words: str) -> str:
        return nbgrader(student, student, *words)

    teach("generate_assignment", NETWORK)
    release = instructor / "release" / NETWORK / f"{NETWORK}.ipynb"
    assert "HIDDEN TESTS" not in release.read_text()
    assert "BEGIN SOLUTION" not in release.read_text()
    assert nbformat.read(release, as_version=4).cells[0].id == "header"
    teach("release_assignment", NETWORK)

    assert NETWORK in learn("list")
    learn("fetch_assignment", NETWORK)
    notebook = student / "basicdeepnets" / NETWORK / f"{NETWORK}.ipynb"
    assert "validation failed" in learn("validate", str(notebook)).lower()
    solution = solve(Master.load(NETWORK, COURSE))
    wrong = {"predictive": "def predictive(Phi_new, m, S, beta):\n    return Phi_new @ m, S"}
    filled = fill(nbformat.read(notebook, as_version=4), {**solution, **wrong})
    nbformat.write(filled, notebook)
    learn("validate", str(notebook))
    learn("submit", NETWORK)

    assert NETWORK in teach("list", "--inbound")
    teach("collect", NETWORK)
    downloaded = instructor / "downloaded" / NETWORK / "archive"
    downloaded.mkdir(parents=True)
    nbformat.write(
        fill(nbformat.read(release, as_version=4), solution),
        downloaded / f"other_20260131T120000_{NETWORK}.ipynb",
    )
    pattern = r".*/(?P<student_id>[a-z]+)_(?P<timestamp>[0-9T]+)_(?P<file_id>.*)"
    teach("zip_collect", NETWORK, f"--FileNameCollectorPlugin.named_regexp={pattern}")
    teach("autograde", NETWORK)
    teach("generate_feedback", NETWORK)
    # What came by zip has no place in the exchange to give feedback back to.
    teach("release_feedback", NETWORK, "--CourseDirectory.student_id_exclude=other")
    learn("fetch_feedback", NETWORK)
    (page,) = notebook.parent.rglob("*.html")
    feedback = page.read_text()
    assert "(new objects,)" in feedback  # the message of the visible test
    assert "HIDDEN TESTS" not in feedback
    assert "take the noise 1 / beta away" not in feedback  # a hidden test that did not run

    teach("export", "--to", "grades.csv")
    grades = pd.read_csv(instructor / "grades.csv")
    scores = grades.set_index("student_id")["score"].to_dict()
    assert sorted(scores.values()) == [17.0, 20.0]
    assert scores["other"] == 20.0

    teach("generate_solution", NETWORK)
    solved = (instructor / "solution" / NETWORK / f"{NETWORK}.ipynb").read_text()
    assert "SOLUTION" in solved
