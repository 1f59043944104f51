"""A course folder and what nbgrader does with it, as calls from Python."""

import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

import joblib
import nbformat
import pandas as pd
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from tqdm import tqdm
from traitlets.config import Config, PyFileConfigLoader

from basicdeepnets.errors import CourseError
from basicdeepnets.grading.classroom import Classroom
from basicdeepnets.grading.masters import networks
from basicdeepnets.grading.pool import pool
from basicdeepnets.grading.recording import Submission
from basicdeepnets.grading.submissions import submit

FOLDERS = ("release", "submitted", "autograded", "feedback", "gradebook")


class Course:
    """A course folder with nbgrader's configuration.

    Parameters
    ----------
    folder : path
        Contains ``nbgrader_config.py`` and ``source/``.

    Raises
    ------
    CourseError
        If it does not, or if Jupyter has no kernel ``python3``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = _checked(folder)
        try:
            KernelSpecManager().get_kernel_spec("python3")
        except NoSuchKernel:
            raise CourseError(
                "Jupyter has no kernel python3: run `python -m ipykernel install --sys-prefix`"
            ) from None
        # nbgrader calls alembic by its name.
        programs = str(Path(sys.executable).parent)
        if programs not in os.environ.get("PATH", "").split(os.pathsep):
            os.environ["PATH"] = programs + os.pathsep + os.environ.get("PATH", "")

    @classmethod
    def copy(cls, course: Path, folder: Path, chosen: Iterable[str] | None = None) -> "Course":
        """Make an empty course in `folder` (emptied first) with masters of another one."""
        course = _checked(course)
        shutil.rmtree(folder, ignore_errors=True)
        for name in FOLDERS:
            (folder / name).mkdir(parents=True)
        (folder / "source").mkdir()
        shutil.copy(course / "nbgrader_config.py", folder)
        shutil.copy(course / "source" / "header.ipynb", folder / "source")
        for network in networks(course) if chosen is None else chosen:
            shutil.copytree(course / "source" / network, folder / "source" / network)
        return cls(folder)

    def generate(self, network: str) -> NotebookNode:
        """Run ``nbgrader generate_assignment`` and return the release."""
        if problem := _problem(self._api().generate_assignment(network), f"release of {network}"):
            raise CourseError(problem)
        path = self.folder / "release" / network / f"{network}.ipynb"
        return nbformat.read(path, as_version=4)

    def submit(self, notebook: NotebookNode, network: str, student: str) -> None:
        """Put a notebook where ``nbgrader autograde`` looks for it."""
        submit(notebook, network, student, self.folder)

    def autograde(
        self,
        submissions: Iterable[tuple[str, str]],
        jobs: int | None = 1,
        cluster: str | None = None,
        force: bool = True,
    ) -> pd.DataFrame:
        """Autograde (network, student) pairs, `jobs` at once, with a progress bar.

        See :meth:`basicdeepnets.grading.classroom.Classroom.grade`.

        Raises
        ------
        CourseError
            If one could not be graded at all; after all others were.
        """
        room = self.classroom()
        table = room.grade([Submission(*pair) for pair in submissions], pool(jobs, cluster), force)
        if room.failures:
            lines = [f"{s.student}, {s.network}: {text}" for s, text in room.failures.items()]
            raise CourseError("\n".join(lines))
        return table

    def classroom(self) -> Classroom:
        """Return what grades the submissions of this course."""
        return Classroom(self._config())

    def feedback(self, submissions: Iterable[tuple[str, str]], jobs: int = 1) -> None:
        """Write the feedback pages of (network, student) pairs."""
        pairs = list(submissions)
        tasks = (joblib.delayed(_feedback)(self.folder, *pair) for pair in pairs)
        results = joblib.Parallel(n_jobs=jobs, return_as="generator_unordered")(tasks)
        failures = [r for r in tqdm(results, total=len(pairs), desc="feedback", delay=2) if r]
        if failures:
            raise CourseError("\n".join(failures))

    def scores(self) -> pd.DataFrame:
        """Return one row for every grade cell: network, student, block, score, points."""
        rows = []
        with Gradebook(self._api().coursedir.db_url) as gradebook:
            for assignment in gradebook.assignments:
                for submission in assignment.submissions:
                    for notebook in submission.notebooks:
                        for grade in notebook.grades:
                            block = grade.cell.name.removeprefix("test_")
                            found = (assignment.name, submission.student.id, block)
                            rows.append((*found, grade.auto_score, grade.max_score))
        return pd.DataFrame(rows, columns=["network", "student", "block", "score", "points"])

    def _config(self) -> Config:
        loaded = PyFileConfigLoader("nbgrader_config.py", path=str(self.folder)).load_config()
        return Config(loaded)

    def _api(self) -> NbGraderAPI:
        config = self._config()
        return NbGraderAPI(coursedir=CourseDirectory(config=config), config=config)


def _checked(folder: Path) -> Path:
    if not (folder / "nbgrader_config.py").is_file():
        raise CourseError(f"{folder.resolve()} is no course folder: it has no nbgrader_config.py")
    return folder.resolve()


def _feedback(folder: Path, network: str, student: str) -> str | None:
    result = Course(folder)._api().generate_feedback(network, student)
    return _problem(result, f"feedback for {student}, {network}")


def _problem(result: dict, what: str) -> str | None:
    if result["success"]:
        return None
    log = (result.get("log") or result.get("error") or "").strip()
    return f"{what}: nbgrader failed.\n{log}"
