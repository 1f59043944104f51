"""nbgrader's preprocessor that grades in the sandbox, in place of its `Execute`."""

import atexit
import os
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Float, Integer

from basicdeepnets.grading.examine import Exam, ExamError, Outcome, Slot
from basicdeepnets.grading.markup import clean_output, message_lines
from basicdeepnets.grading.masters import Master, is_grade
from basicdeepnets.grading.sandbox import Limits
from basicdeepnets.grading.sanitise import FLAGS

_slots: dict[tuple[int, Limits, bool], Slot] = {}


def slot(limits: Limits, unsafe: bool = False) -> Slot:
    """Return this process's slot, started when it is first used and ended with the process."""
    key = (os.getpid(), limits, unsafe)
    if key not in _slots:
        _slots[key] = made = Slot(limits, unsafe)
        atexit.register(made.close)
    return _slots[key]


class SandboxExecute(NbGraderPreprocessor):
    """Runs the cells of a submission in a sandbox and judges them from another process.

    Scores come from the master's tests as the gradebook has them, never from the notebook. A grade
    cell that passed has no output afterwards, the others one error, so that nbgrader's own
    `SaveAutoGrades` records what was judged here.
    """

    cell_seconds = Float(60, help="Seconds that a cell or a test may take.").tag(config=True)
    submission_seconds = Float(240, help="Seconds that a submission may take.").tag(config=True)
    memory_mb = Integer(2048, help="Memory of a submission, without imports.").tag(config=True)
    processes = Integer(64, help="Processes and threads of a submission.").tag(config=True)
    output_kb = Integer(1000, help="Output that is kept of a cell.").tag(config=True)
    disk_mb = Integer(100, help="Size of a submission's files.").tag(config=True)
    restarts = Integer(5, help="How often a stopped submission starts again.").tag(config=True)
    unsafe = Bool(
        False,
        help="Grade without a sandbox. Student code can then read and write what you can.",
    ).tag(config=True)

    @property
    def limits(self) -> Limits:
        """The limits as configured."""
        return Limits(
            cell=self.cell_seconds,
            submission=self.submission_seconds,
            memory=self.memory_mb * 2**20,
            processes=self.processes,
            output=self.output_kb * 1000,
            disk=self.disk_mb * 10**6,
            restarts=self.restarts,
        )

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Grade a sanitised notebook in place.

        Raises
        ------
        ExamError
            If the notebook was not sanitised, or the master cannot be run.
        SandboxError
            If the machine offers no sandbox and `unsafe` is not set.
        """
        place = resources["nbgrader"]
        outcome = slot(self.limits, self.unsafe).examine(nb, self._exam(place))
        record(nb, outcome)
        for flag in nb.metadata[FLAGS].flags:
            self.log.warning("%s, %s: %s", place.get("student"), place["assignment"], flag)
        for name, result in outcome.results.items():
            if result.detail:
                self.log.warning("%s could not judge:\n%s", name, result.detail)
        return nb, resources

    def _exam(self, place: dict[str, str]) -> Exam:
        """Take the tests from the gradebook, in the order of the master, and its given cells."""
        folders = CourseDirectory(config=self.config)
        folder = folders.format_path(folders.source_directory, ".", place["assignment"])
        path = Path(folder) / f"{place['notebook']}.ipynb"
        master = Exam.of(Master(place["notebook"], nbformat.read(path, as_version=4)))
        with Gradebook(place["db_url"]) as gradebook:
            stored = gradebook.find_notebook(place["notebook"], place["assignment"])
            graded = {cell.name for cell in stored.grade_cells if cell.cell_type == "code"}
            tests = {c.name: c.source for c in stored.source_cells if c.name in graded}
        order = [name for name in master.tests if name in tests]
        order += [name for name in tests if name not in master.tests]
        return Exam(master.given, {name: tests[name] for name in order})


def record(nb: NotebookNode, outcome: Outcome) -> None:
    """Write outputs, verdicts and flags into a notebook.

    Raises
    ------
    ExamError
        If it does not have each grade cell exactly once.
    """
    graded = [cell for cell in nb.cells if cell.cell_type == "code" and is_grade(cell)]
    names = [cell.metadata.nbgrader.grade_id for cell in graded]
    if sorted(names) != sorted(outcome.results):
        raise ExamError("grade cells differ from the gradebook's: is Sanitise configured?")
    for count, (number, outputs) in enumerate(sorted(outcome.outputs.items()), 1):
        nb.cells[number].outputs = [clean_output(output) for output in outputs]
        nb.cells[number].execution_count = count
        for output in outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
    for cell, name in zip(graded, names, strict=True):
        result = outcome.results[name]
        text = message_lines(f"{result.error}: {result.message}")
        error = {"ename": result.error, "evalue": result.message, "traceback": [text]}
        cell.outputs = [] if result.passed else [nbformat.v4.new_output("error", **error)]
    found = nb.metadata.setdefault(FLAGS, NotebookNode())
    found.flags = [*found.get("flags", []), *outcome.flags]
    found.seconds = round(outcome.seconds, 3)
