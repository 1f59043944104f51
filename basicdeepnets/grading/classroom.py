"""A whole class is graded: what is new is sanitised, examined by a pool of workers, recorded."""

import contextlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from filelock import FileLock, Timeout
from tqdm import tqdm
from traitlets.config import Config

from basicdeepnets.errors import CourseError
from basicdeepnets.grading.masters import networks
from basicdeepnets.grading.pool import LOST_FLAG, Pool, Work, outcomes
from basicdeepnets.grading.recording import Record, Recorder, Submission

LOCK = ".lock"
RUNS = ".runs"
"""In ``autograded/``, hidden from nbgrader: one file a run, a line of JSON for each submission."""


class Classroom:
    """The submissions of a course.

    Parameters
    ----------
    config : Config
        Of nbgrader, as in ``nbgrader_config.py``.
    """

    def __init__(self, config: Config) -> None:
        self.recorder = Recorder(config)
        self.submitted = self.recorder.submitted
        self.autograded = self.recorder.autograded
        self.failures: dict[Submission, str] = {}
        self.lost = 0

    def choose(
        self, wanted: Sequence[str], students: Sequence[str] | None = None
    ) -> list[Submission]:
        """Return the submissions of networks, of some students or all.

        Raises
        ------
        CourseError
            If there is no such network, or nothing was submitted by one of the students.
        """
        known = networks(Path(self.recorder.folders.root))
        for network in wanted:
            if network not in known:
                raise CourseError(f"no network {network} (there are: {_list(known)})")
        found = [
            Submission(network, folder.parent.name)
            for network in dict.fromkeys(wanted)
            for folder in sorted(self.submitted.glob(f"*/{network}"))
            if folder.is_dir()
        ]
        names = sorted({submission.student for submission in found})
        for student in students or ():
            if student not in names:
                handed_in = f"no submission of {student} for {_list(wanted)}"
                raise CourseError(f"{handed_in} (there are some of: {_list(names)})")
        return [s for s in found if students is None or s.student in students]

    def grade(
        self, submissions: Iterable[Submission], pool: Pool, force: bool = False
    ) -> pd.DataFrame:
        """Grade what is new of some submissions, or all of them with `force`.

        Another grader that is at work in the course is waited for. What could not be recorded is
        in `failures`, and is tried again by the next call; `lost` counts those that got 0 points
        because they ended their workers again and again.

        Returns
        -------
        DataFrame
            A row for each network: how many were graded, flagged, up to date, failed; mean points.

        Raises
        ------
        CourseError
            If a master cannot be run, there is no sandbox, or the cluster is gone. What was
            recorded before stays.
        """
        wanted = list(dict.fromkeys(submissions))
        records: list[Record] = []
        self.failures = {}
        with self._alone():
            todo = wanted if force else self.new(wanted)
            for network in dict.fromkeys(submission.network for submission in todo):
                self.recorder.exam(network)
            with tqdm(total=len(todo), desc="grading", unit="submission", delay=1) as bar, pool:
                for record in self._records(todo, pool):
                    records += [record] if record else []
                    bar.update()
        self.lost = sum(map(_is_lost, records))
        return self._table(wanted, todo, records)

    def new(self, submissions: Iterable[Submission]) -> list[Submission]:
        """Return those that are not graded yet, or were handed in again."""
        known: dict[str, dict[str, datetime | None]] = {}
        found = []
        for submission in submissions:
            if submission.network not in known:
                known[submission.network] = self.recorder.ledger.graded(submission.network)
            if not self.recorder.is_graded(submission, known[submission.network]):
                found.append(submission)
        return found

    def _records(self, todo: list[Submission], pool: Pool) -> Iterator[Record | None]:
        log = self.autograded / RUNS / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}.jsonl"
        prepared: dict[Submission, Work] = {}

        def tasks() -> Iterator[tuple[Submission, Work]]:
            for submission in todo:
                prepared[submission] = work = self.recorder.prepare(submission)
                yield submission, work

        for submission, outcome in outcomes(tasks(), pool):
            work = prepared.pop(submission)
            record = None
            line = submission._asdict()
            try:
                if isinstance(outcome, CourseError):
                    raise outcome
                record = self.recorder.record(submission, work, outcome)
                line = asdict(record)
            except Exception as error:  # the others are graded nevertheless
                line["failed"] = self.failures[submission] = f"{type(error).__name__}: {error}"
            log.parent.mkdir(exist_ok=True)
            with log.open("a") as file:
                now = datetime.now(UTC).isoformat(timespec="seconds")
                file.write(json.dumps({"time": now, **line}) + "\n")
            yield record

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Wait for other graders; leave nothing half done."""
        lock = FileLock(self.autograded / LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            tqdm.write("another grader is at work in this course: waiting for it to end")
            lock.acquire()
        try:
            self.recorder.clean()
            yield
        finally:
            self.recorder.clean()
            lock.release()

    def _table(
        self, wanted: list[Submission], todo: list[Submission], records: list[Record]
    ) -> pd.DataFrame:
        rows = []
        for network in dict.fromkeys(submission.network for submission in wanted):
            mine = [record for record in records if record.network == network]
            points = pd.Series([record.points for record in mine], dtype=float)
            row = {
                "network": network,
                "graded": len(mine),
                "flagged": sum(bool(record.flags) for record in mine),
                "lost": sum(map(_is_lost, mine)),
                "failed": sum(submission.network == network for submission in self.failures),
                "up to date": sum(s.network == network and s not in set(todo) for s in wanted),
                "mean points": round(points.mean(), 1),
                "of": max((record.maximum for record in mine), default=float("nan")),
            }
            rows.append(row)
        return pd.DataFrame(rows).set_index("network") if rows else pd.DataFrame()


def _is_lost(record: Record) -> bool:
    return any(flag.startswith(f"{LOST_FLAG}: ") for flag in record.flags)


def _list(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
