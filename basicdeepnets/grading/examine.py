"""Examine one submission: run its cells in one process, judge what they define from another.

A function of the notebook and the master alone. Nothing here runs a student's code, and nothing
that comes from a student's process decides anything: its outputs are shown to the student whose
they are, and the values that tests observe go, unread, to the process that judges them.
"""

import base64
import re
import time
from dataclasses import dataclass, field
from typing import Any

import nbformat
from nbformat import NotebookNode

from basicdeepnets.errors import CourseError
from basicdeepnets.grading import wire
from basicdeepnets.grading.masters import Master, is_analysis, is_grade, is_solution
from basicdeepnets.grading.sandbox import END_SECONDS, REASONS, Child, Gone, Limits, Warm

HIDDEN_TESTS = "BEGIN HIDDEN TESTS"
LATE = "all cells together took too long, so this test was not run"
STOPPED = "your code was stopped too often, so this test was not run"
EXAMINER_FAILED = "the tests could not finish with what your code gave back"
SHOWN = {"text/plain", "text/html", "text/markdown", "text/latex", "image/png", "image/jpeg"}
"""The kinds of output that a graded notebook keeps."""
_LONGEST = 2000
_CELLS_OF_OUTPUT = 10


class ExamError(CourseError):
    """The master itself cannot be run: no submission can be graded."""


@dataclass(frozen=True)
class Exam:
    """What the submissions of an assignment are examined with.

    Attributes
    ----------
    given : sources of the master's given cells by name, in order
    tests : sources of the grade cells by grade_id, in order
    """

    given: dict[str, str]
    tests: dict[str, str]

    @classmethod
    def of(cls, master: Master) -> "Exam":
        """Take the cells of a master."""
        cells = [c for c in master.notebook.cells if c.cell_type == "code"]
        given = [c for c in cells if not (is_grade(c) or is_solution(c) or is_analysis(c))]
        tests = {name: cell.source for name, cell in master.tests.items()}
        return cls({f"given {n}": cell.source for n, cell in enumerate(given)}, tests)


@dataclass(frozen=True)
class Result:
    """The verdict on a grade cell.

    Attributes
    ----------
    passed : bool
    error, message : what the student reads if it did not pass: the kind of error, and a sentence
    seconds : float
    detail : for the author of the test, never for a student: why it could not judge
    """

    passed: bool
    error: str = ""
    message: str = ""
    seconds: float = 0.0
    detail: str = ""


@dataclass
class Outcome:
    """All that is known of a submission after its examination.

    Attributes
    ----------
    outputs : outputs of each code cell that ran, by its index in the notebook
    results : verdicts by grade_id
    flags : everything that was not plain, as ``kind: where``
    seconds : float
    """

    outputs: dict[int, list[NotebookNode]] = field(default_factory=dict)
    results: dict[str, Result] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def flag(self, kind: str, where: str) -> None:
        """Note something that was not plain, once."""
        if (text := f"{kind}: {where}") not in self.flags:
            self.flags.append(text)


class Slot:
    """Two warm processes, in which one submission after the other is examined.

    Student code can neither see, signal nor trace the examiner: it lives in another sandbox.
    """

    def __init__(self, limits: Limits | None = None, unsafe: bool = False) -> None:
        self.limits = limits or Limits()
        self.submission = Warm("submission", self.limits, unsafe)
        self.examiner = Warm("examiner", self.limits, unsafe)
        self._prepared: tuple[Exam, Child] | None = None

    def examine(self, notebook: NotebookNode, exam: Exam) -> Outcome:
        """Run a submission and judge it.

        Raises
        ------
        ExamError
            If a given cell of the master fails.
        SandboxError
            If the sandbox cannot be started.
        """
        self.prepare()
        examination = _Examination(self, notebook, exam)
        try:
            return examination.outcome()
        finally:
            self.submission.end()
            if not examination.examiner_ended():
                self.drop_examiner()

    def prepared_examiner(self, exam: Exam) -> Child:
        """Return an examiner that has run the given cells, the same as long as the exam is.

        Raises
        ------
        ExamError
            If a given cell fails.
        """
        if self._prepared is None or self._prepared[0] != exam:
            child = self.examiner.fork()
            deadline = time.monotonic() + self.limits.submission
            try:
                _, text, _ = child.ask(wire.pack(wire.GIVEN, exam.given), deadline)
            except Gone as gone:
                raise ExamError(f"the given cells of the master do not finish: {gone}") from None
            if problem := wire.load(text)["problem"]:
                raise ExamError(f"a given cell of the master fails:\n{problem}")
            self._prepared = exam, child
        return self._prepared[1]

    def drop_examiner(self) -> None:
        """Remove the examiner; the next one is new."""
        self._prepared = None
        self.examiner.end()

    def prepare(self) -> None:
        """Start what is not running, before anybody's time begins (seconds, at first).

        Raises
        ------
        SandboxError
            If the sandbox cannot be started.
        """
        self.examiner.launch()  # both import at the same time
        self.submission.prepare()
        self.examiner.prepare()

    def close(self) -> None:
        """End both processes."""
        self._prepared = None
        self.submission.close()
        self.examiner.close()

    def __enter__(self) -> "Slot":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Examination:
    def __init__(self, slot: Slot, notebook: NotebookNode, exam: Exam) -> None:
        self.slot, self.limits, self.exam = slot, slot.limits, exam
        self.began = time.monotonic()
        self.end = self.began + self.limits.submission
        self.found = Outcome()
        self.cells = {
            number: cell
            for number, cell in enumerate(notebook.cells)
            if cell.cell_type == "code" and not is_grade(cell) and not is_analysis(cell)
        }
        self.skipped: set[int] = set()
        self.starts = 0
        self.room = _CELLS_OF_OUTPUT * self.limits.output
        self.student: Child | None = None
        self.examiner: Child | None = None

    def outcome(self) -> Outcome:
        """Run all cells, then all visible tests, then the hidden ones."""
        self._run_cells()
        open_tests = {}
        for name, source in self.exam.tests.items():
            visible, hidden = _visible_part(source)
            if visible is not None:
                self.found.results[name] = self._test(name, visible, hidden=False)
            if hidden and (visible is None or self.found.results[name].passed):
                open_tests[name] = source
        # From now on the submission may know hidden tests: nothing that it says is shown.
        for name, source in open_tests.items():
            self.found.results[name] = self._test(name, source, hidden=True)
        self._flag_sandbox()
        self.found.seconds = time.monotonic() - self.began
        return self.found

    # ----------------------------------------------------------------------------------------
    # the submission

    def _run_cells(self) -> None:
        """Run the cells in a new process, again and again until nothing ends it on the way."""
        while self.student is None and self.starts <= self.limits.restarts and not self._late():
            self.student = self.slot.submission.fork()
            self.starts += 1
            for number, cell in self.cells.items():
                if number not in self.skipped and not self._run_cell(number, cell):
                    break

    def _run_cell(self, number: int, cell: NotebookNode) -> bool:
        assert self.student is not None
        room = min(self.limits.output, self.room)
        request = wire.pack(
            wire.RUN, {"cell": str(number), "source": cell.source, "room": max(room, 0)}
        )
        try:
            kind, text, _ = self.student.ask(request, self._deadline())
            outputs, cut = _outputs(kind, text)
        except (Gone, wire.WireError) as error:
            reason = str(error) if isinstance(error, Gone) else "unreadable"
            self._lost(reason, f"cell {number}")
            self.skipped.add(number)
            message = [_error("Stopped", REASONS[reason])]
            self.found.outputs.setdefault(number, message)
            return False
        # What runs again after a test has seen the test: its outputs are not wanted any more.
        if number not in self.found.outputs and not self.found.results:
            self.found.outputs[number] = outputs
            self.room -= min(len(text), room)
            if cut:
                self.found.flag("output_cut", f"cell {number}")
        return True

    def _lost(self, reason: str, where: str) -> None:
        self.student = None
        self.found.flag(reason, where)

    # ----------------------------------------------------------------------------------------
    # the tests

    def _test(self, name: str, source: str, hidden: bool) -> Result:
        self._run_cells()
        if self._late():
            self.found.flag("timed_out", "submission")
            return Result(False, "SubmissionError", LATE)
        if self.student is None:
            self.found.flag("restarts", name)
            return Result(False, "SubmissionError", STOPPED)
        began, deadline = time.monotonic(), self._deadline()
        frame = wire.pack(wire.TEST, {"name": name, "source": source, "hidden": hidden})
        try:
            examiner = self._examiner()
            while True:
                kind, text, raw = examiner.ask(frame, deadline + 1)
                if kind == wire.DONE:
                    break
                frame = self._observe(wire.join(kind, text, raw), deadline, name)
        except Gone as gone:
            self.examiner = None
            self.slot.drop_examiner()
            self.found.flag(f"examiner_{gone}", name)
            return Result(False, "CheckError", EXAMINER_FAILED, time.monotonic() - began)
        verdict = wire.load(text)
        if verdict["detail"]:
            self.found.flag("undecided", name)
        return Result(
            verdict["error"] is None,
            verdict["error"] or "",
            verdict["message"][:_LONGEST],
            time.monotonic() - began,
            verdict["detail"],
        )

    def _observe(self, frame: bytes, deadline: float, name: str) -> bytes:
        """Pass what is to be observed to the submission, and return the answer for the examiner."""
        reason = "killed"
        if self.student is not None:
            try:
                kind, text, raw = self.student.ask(frame, deadline)
                if kind == wire.VALUE:
                    return wire.join(kind, text, raw)
                reason = "unreadable"
            except Gone as gone:
                reason = str(gone)
            self._lost(reason, name)
        return wire.pack(wire.GONE, REASONS[reason])

    def _examiner(self) -> Child:
        if self.examiner is None:
            blocks = {
                str(number): str(cell.metadata.nbgrader.grade_id)
                for number, cell in self.cells.items()
                if is_solution(cell)
            }
            sources = {str(number): cell.source for number, cell in self.cells.items()}
            request = wire.pack(wire.START, {"sources": sources, "blocks": blocks})
            try:
                examiner = self.slot.prepared_examiner(self.exam)
                examiner.ask(request, self._deadline())
            except Gone:  # it ended since the last submission
                self.slot.drop_examiner()
                examiner = self.slot.prepared_examiner(self.exam)
                examiner.ask(request, self._deadline())
            self.examiner = examiner
        return self.examiner

    def examiner_ended(self) -> bool:
        """Let the examiner forget this submission; False if it does not answer."""
        if self.examiner is None:
            return False
        try:
            self.examiner.ask(wire.pack(wire.END), time.monotonic() + END_SECONDS)
        except Gone:
            return False
        return True

    # ----------------------------------------------------------------------------------------

    def _deadline(self) -> float:
        return min(time.monotonic() + self.limits.cell, self.end)

    def _late(self) -> bool:
        return time.monotonic() >= self.end

    def _flag_sandbox(self) -> None:
        if self.starts > 1:
            self.found.flag("restarted", f"{self.starts - 1} times")
        for name, layer in self.slot.submission.layers.items():
            if not layer:
                self.found.flag("unprotected", f"no {name}")


def _visible_part(source: str) -> tuple[str | None, bool]:
    """Return what comes before the hidden tests, if it can run alone, and whether there are any."""
    lines = source.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if HIDDEN_TESTS in line:
            visible = "".join(lines[:number])
            try:
                compile(visible, "visible", "exec")
            except SyntaxError:
                return None, True
            return (visible if visible.strip() else None), True
    return source, False


def _outputs(kind: bytes, text: bytes) -> tuple[list[NotebookNode], bool]:
    """Make outputs of a notebook from what a submission sent.

    Raises
    ------
    WireError
        If it is anything but outputs.
    """
    message = wire.load(text)
    if kind != wire.VALUE or type(message) is not dict or type(message.get("outputs")) is not list:
        raise wire.WireError("no outputs")
    try:
        return [_output(output) for output in message["outputs"]], message.get("cut") is True
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise wire.WireError(str(error)) from None


def _output(output: dict[str, Any]) -> NotebookNode:
    kind = output["output_type"]
    if kind == "stream":
        name = "stderr" if output["name"] == "stderr" else "stdout"
        return nbformat.v4.new_output("stream", name=name, text=_text(output["text"]))
    if kind == "error":
        lines = [_text(line) for line in output["traceback"]]
        name, value = _text(output["ename"]), _text(output["evalue"])
        return _error(name, value, lines or [f"{name}: {value}"])
    if kind not in ("display_data", "execute_result"):
        raise TypeError("unknown output")
    data = {m: _data(m, _text(value)) for m, value in output["data"].items() if m in SHOWN}
    return nbformat.v4.new_output(kind, data=data)


def _error(name: str, value: str, lines: list[str] | None = None) -> NotebookNode:
    lines = lines or [f"{name}: {value}"]
    return nbformat.v4.new_output("error", ename=name, evalue=value, traceback=lines)


def _text(value: object) -> str:
    if type(value) is not str:
        raise TypeError("no text")
    return value.encode(errors="replace").decode()  # a lone surrogate cannot be written to a file


def _data(mime: str, value: str) -> str:
    if mime.startswith("image/"):  # it becomes part of an attribute in a page
        value = re.sub(r"\s", "", value)
        base64.b64decode(value, validate=True)
    return value
