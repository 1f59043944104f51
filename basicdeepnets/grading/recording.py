"""Sanitising and recording with nbgrader's own preprocessors: each submission whole or not at all.

A submission counts as graded when its folder is in ``autograded/`` and the gradebook agrees. The
folder is written beside its place and moved there last, after all of the submission's changes to
the gradebook were made at once. Whatever a crash leaves in between is graded again.
"""

import contextlib
import os
import shutil
import stat
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from nbformat import NotebookNode
from nbgrader import api
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from nbgrader.utils import rmtree
from sqlalchemy import func, select
from sqlalchemy.exc import SAWarning
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from traitlets.config import Config

from basicdeepnets.errors import CourseError
from basicdeepnets.grading.examine import Exam, Outcome
from basicdeepnets.grading.execute import SandboxExecute, record
from basicdeepnets.grading.masters import is_solution
from basicdeepnets.grading.pool import Work
from basicdeepnets.grading.sanitise import FLAGS, LARGEST, ReadSubmission, read

STAGING = ".staging"
"""Folder in ``autograded/`` where a submission's folder is made; hidden from nbgrader."""
COMMENT = "The grader noted: "


class _Session(Session):
    """Commits when told so by `save` alone: nbgrader's preprocessors commit after every cell."""

    def commit(self) -> None:
        self.flush()
        self.expire_all()  # as after a commit: sums are computed anew

    def save(self) -> None:
        super().commit()


class Ledger(Gradebook):
    """A gradebook that stays open, and changes only by whole transactions."""

    def __init__(self, folders: CourseDirectory) -> None:
        super().__init__(folders.db_url, folders.course_id)
        self.db: scoped_session[Any]
        self.db.remove()
        self.db = scoped_session(sessionmaker(class_=_Session, bind=self.engine))

    def close(self) -> None:
        """Stay open: each preprocessor closes what it believes to have opened."""

    @contextlib.contextmanager
    def transaction(self, *users: type) -> Iterator[None]:
        """Let everything that `users` (classes of nbgrader) do with a gradebook be done here.

        It is saved at the end, or not at all if there is an error.
        """
        modules = {sys.modules[base.__module__] for user in users for base in user.__mro__}
        using = [m for m in modules if getattr(m, "Gradebook", None) is Gradebook and m is not api]
        try:
            for module in using:
                module.Gradebook = lambda *_, **__: self  # type: ignore[attr-defined]
            with warnings.catch_warnings():
                # nbgrader 0.9 and SQLAlchemy 2 are loud about nothing that a user can change.
                warnings.simplefilter("ignore", SAWarning)
                yield
                self.db().save()
        finally:
            for module in using:
                module.Gradebook = Gradebook  # type: ignore[attr-defined]
            self.db.remove()  # rolls back what was not saved

    def graded(self, network: str) -> dict[str, datetime | None]:
        """Return when the submissions with scores were handed in, by student."""
        query = (
            select(api.SubmittedAssignment.student_id, api.SubmittedAssignment.timestamp)
            .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
            .join(api.SubmittedNotebook)
            .join(api.Grade, api.Grade.notebook_id == api.SubmittedNotebook.id)
            .where(api.Assignment.name == network)
            .group_by(api.SubmittedAssignment.id)
            .having(func.count(api.Grade.auto_score) > 0)
        )
        try:
            return {row[0]: row[1] for row in self.db.execute(query)}
        finally:
            self.db.remove()


class Folders(CourseDirectory):
    """nbgrader's folders; a damaged timestamp counts as none."""

    def get_existing_timestamp(self, dest_path: str) -> datetime | None:
        """Return when a submission was handed in, if it says so."""
        try:
            return super().get_existing_timestamp(dest_path)
        except (AttributeError, OSError, ValueError, OverflowError):  # nbgrader calls no method
            return None


class _Staged(Autograde):
    """nbgrader's converter, writing to the staging folder."""

    @property
    def _output_directory(self) -> str:
        return os.path.join(self.coursedir.autograded_directory, STAGING)


class Submission(NamedTuple):
    """One student's submission for one network."""

    network: str
    student: str


@dataclass(frozen=True)
class Record:
    """What was recorded of a submission."""

    network: str
    student: str
    points: float
    maximum: float
    seconds: float
    flags: list[str]


class Recorder:
    """Reads submissions, and writes folders and gradebook; only one at a time in a course.

    Parameters
    ----------
    config : Config
        Of nbgrader, as in ``nbgrader_config.py``.
    """

    def __init__(self, config: Config) -> None:
        self.folders = Folders(config=config)
        self.converter = _Staged(coursedir=self.folders, config=config)
        self.exporter = ReadSubmission(parent=self.converter, config=config)
        self.executor = SandboxExecute(parent=self.converter, config=config)
        self.ledger = Ledger(self.folders)
        self.sanitisers = list(self.converter.sanitize_preprocessors)
        self.recorders: list[type] = []
        for kind in self.converter.autograde_preprocessors:
            if issubclass(kind, SandboxExecute | Execute):
                self.sanitisers += self.recorders
                self.recorders = []
            else:
                self.recorders.append(kind)
        self._exams: dict[str, Exam] = {}
        self._stamps: dict[Submission, datetime | None] = {}
        self.autograded = Path(self.folders.root, self.folders.autograded_directory)
        self.autograded.mkdir(exist_ok=True)
        self.submitted = Path(self.folders.root, self.folders.submitted_directory)

    def _folder(self, step: str, student: str, network: str) -> Path:
        return Path(self.folders.format_path(step, student, network))

    def clean(self) -> None:
        """Remove what a grader that was killed has left."""
        if (self.autograded / STAGING).exists():
            rmtree(str(self.autograded / STAGING))

    def exam(self, network: str) -> Exam:
        """Return what submissions of a network are examined with.

        Raises
        ------
        CourseError
            If the network was not released.
        """
        if network not in self._exams:
            place = {"assignment": network, "notebook": network, "db_url": self.folders.db_url}
            try:
                with self.ledger.transaction(SandboxExecute):
                    self._exams[network] = self.executor._exam(place)
            except MissingEntry:
                raise CourseError(
                    f"{network} has no release: run `nbgrader generate_assignment {network}` first"
                ) from None
        return self._exams[network]

    def is_graded(self, submission: Submission, known: dict[str, datetime | None]) -> bool:
        """Tell whether the newest version is graded; `known` is what the gradebook has."""
        network, student = submission
        folder = self._folder(self.folders.autograded_directory, student, network)
        if student not in known or not (folder / f"{network}.ipynb").is_file():
            return False
        source = self._folder(self.folders.submitted_directory, student, network)
        before = self.folders.get_existing_timestamp(str(folder))
        now = self.folders.get_existing_timestamp(str(source))
        newer = now is not None and before is not None and now > before
        return not newer and before in (None, known[student])

    def prepare(self, submission: Submission) -> Work:
        """Sanitise a submission, whatever it is."""
        network, student = submission
        exam = self.exam(network)
        source = self._folder(self.folders.submitted_directory, student, network)
        self._stamps[submission] = self.folders.get_existing_timestamp(str(source))
        notebook, flag = _read(source / f"{network}.ipynb")
        with self.ledger.transaction(*self.sanitisers):
            try:
                text = self._convert(notebook, submission, self.sanitisers)
            except Exception as error:  # something that nobody thought of
                flag = f"unreadable: {type(error).__name__}"
                text = self._convert(read(""), submission, self.sanitisers)
        if flag:
            clean = nbformat.reads(text, as_version=4)
            found = clean.metadata.setdefault(FLAGS, NotebookNode())
            found.flags = list(dict.fromkeys([*found.get("flags", []), flag]))
            text = nbformat.writes(clean)
        return Work(text, exam, self.executor.limits, self.executor.unsafe)

    def record(self, submission: Submission, work: Work, outcome: Outcome) -> Record:
        """Write the graded notebook, and its scores, penalties and flags.

        Raises
        ------
        CourseError
            If a newer version was handed in meanwhile.
        """
        network, student = submission
        notebook = nbformat.reads(work.notebook, as_version=4)
        record(notebook, outcome)
        flags = list(notebook.metadata[FLAGS].flags)
        self.clean()
        staged = Path(self.converter._format_dest(network, student))
        final = self._folder(self.folders.autograded_directory, student, network)
        self._copy_files(submission, staged)
        stamp = self.folders.get_existing_timestamp(str(staged))
        if stamp != self._stamps.pop(submission):
            raise CourseError("handed in again while it was graded: grade once more")
        with self.ledger.transaction(*self.recorders):
            self.ledger.update_or_create_student(student)
            handed_in = {"timestamp": stamp} if stamp else {}
            graded = self.ledger.update_or_create_submission(network, student, **handed_in)
            text = self._convert(notebook, submission, self.recorders)
            self._comment(notebook, graded, flags)
            maximum = float(graded.max_score)
            points = float(graded.score - (graded.late_submission_penalty or 0))
            (staged / f"{network}.ipynb").write_text(text, encoding="utf-8")
            self.converter.set_permissions(network, student)
            # Without its folder nobody takes an older grading for the one that is saved next.
            if final.exists():
                final.rename(staged.with_name(f"{network}.old"))
        final.parent.mkdir(exist_ok=True)
        os.replace(staged, final)
        return Record(network, student, points, maximum, round(outcome.seconds, 3), flags)

    def _convert(self, notebook: NotebookNode, submission: Submission, kinds: list[type]) -> str:
        self.exporter._preprocessors = []
        for kind in kinds:
            self.exporter.register_preprocessor(kind)
        place = {
            "student": submission.student,
            "assignment": submission.network,
            "notebook": submission.network,
            "db_url": self.folders.db_url,
        }
        resources: dict[str, Any] = {"nbgrader": place, "unique_key": submission.network}
        return self.exporter.from_notebook_node(notebook, resources)[0]

    def _comment(
        self, notebook: NotebookNode, graded: api.SubmittedAssignment, flags: list[str]
    ) -> None:
        """Put the flags beside the first solution cell: nbgrader's comments belong to cells."""
        present = [cell.metadata.nbgrader.grade_id for cell in notebook.cells if is_solution(cell)]
        comments = {c.name: c for part in graded.notebooks for c in part.comments}
        for name in set(comments) - set(present):
            comments[name].auto_comment = None
        names = [name for name in [*present, *sorted(comments)] if name in comments]
        if names and (said := [flag for flag in flags if not flag.startswith("unprotected")]):
            first = comments[names[0]]
            before = [first.auto_comment] if first.auto_comment else []
            first.auto_comment = "\n\n".join([*before, COMMENT + "; ".join(said)])

    def _copy_files(self, submission: Submission, target: Path) -> None:
        """Copy other files of the master, and those of the submission that do not clash."""
        network, student = submission
        own = {Path(name) for name in self.converter.exclude_overwriting.get(network, [])}
        target.mkdir(parents=True)
        master = self._folder(self.folders.source_directory, ".", network)
        for place in set(self._files(master)) - own:
            (target / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(master / place, target / place)
        handed_in = self._folder(self.folders.submitted_directory, student, network)
        for place in self._files(handed_in):
            # A link may lead to what the student cannot read, a pipe nowhere.
            if _is_plain(handed_in / place) and not (target / place).exists():
                with contextlib.suppress(OSError):  # there is a file for its folder, or no access
                    (target / place).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(handed_in / place, target / place)

    def _files(self, folder: Path) -> Iterator[Path]:
        """Yield files below a folder that nbgrader copies, relative to it."""
        ignored = [*self.folders.ignore, "*.ipynb"]
        for parent, folders, names in os.walk(folder):
            folders[:] = [n for n in folders if not any(fnmatch(n, glob) for glob in ignored)]
            for name in names:
                if not any(fnmatch(name, glob) for glob in ignored):
                    yield Path(parent, name).relative_to(folder)


def _read(path: Path) -> tuple[NotebookNode, str]:
    """Return the notebook, an empty one if there is none, and a flag."""
    if not os.path.lexists(path):
        return read(""), "missing: file"
    if not _is_plain(path):  # it may lead to what the student cannot read
        return read(""), "unreadable: file"
    try:
        with path.open(encoding="utf-8") as file:
            return read(file.read(LARGEST + 1)), ""
    except (OSError, UnicodeDecodeError):
        return read(""), "unreadable: file"


def _is_plain(path: Path) -> bool:
    return stat.S_ISREG(path.lstat().st_mode)
