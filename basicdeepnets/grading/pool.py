"""Where submissions are examined: in this process, in threads of it, or on a Dask cluster.

Examining is a function of plain data, the same everywhere. The student's code and the tests run in
processes of the sandbox, so that threads are enough to keep all cores busy.
"""

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TypeVar

import joblib
import nbformat

from basicdeepnets.errors import CourseError
from basicdeepnets.grading.examine import Exam, ExamError, Outcome, Result, Slot
from basicdeepnets.grading.execute import slot
from basicdeepnets.grading.sandbox import Limits, SandboxError

LOST = "could not be graded, and this is not your fault: tell your teacher"
LOST_FLAG = "lost"
CLUSTER_SECONDS = 30
"""Seconds to find a cluster and its first worker."""

Key = TypeVar("Key")


@dataclass(frozen=True)
class Work:
    """All that a worker has to know: a sanitised notebook as JSON, the exam, the limits."""

    notebook: str
    exam: Exam
    limits: Limits
    unsafe: bool = False


_mine = threading.local()


def examine(work: Work) -> Outcome:
    """Examine a submission in this thread's slot, which stays warm for the next one.

    Whatever fails for another reason than the master is tried again, once, in a new slot.

    Raises
    ------
    ExamError
        If the master cannot be run.
    SandboxError
        If the sandbox cannot be started.
    """
    found = _slot(work)
    try:
        return found.examine(nbformat.reads(work.notebook, as_version=4), work.exam)
    except ExamError:
        raise
    except Exception:
        found.close()
        return found.examine(nbformat.reads(work.notebook, as_version=4), work.exam)


def _slot(work: Work) -> Slot:
    if threading.current_thread() is threading.main_thread():
        return slot(work.limits, work.unsafe)
    slots: dict[tuple[Limits, bool], Slot] = _mine.__dict__.setdefault("slots", {})
    key = work.limits, work.unsafe
    if key not in slots:
        slots[key] = Slot(*key)
        if (made := _mine.__dict__.get("made")) is not None:
            made.append(slots[key])
    return slots[key]


class Serial:
    """Examines in the calling thread."""

    room = 1

    def submit(self, work: Work) -> Future[Outcome]:
        """Examine now."""
        future: Future[Outcome] = Future()
        try:
            future.set_result(examine(work))
        except Exception as error:
            future.set_exception(error)
        return future

    def __enter__(self) -> "Serial":
        return self

    def __exit__(self, *_: object) -> None:
        pass  # the slot of this process stays warm


class Threads:
    """Examines `jobs` submissions at once on this machine."""

    def __init__(self, jobs: int) -> None:
        self.room = jobs
        self._slots: list[Slot] = []
        self._threads = ThreadPoolExecutor(jobs, initializer=self._begin)

    def _begin(self) -> None:
        _mine.made = self._slots

    def submit(self, work: Work) -> Future[Outcome]:
        """Examine when a thread is free."""
        return self._threads.submit(examine, work)

    def __enter__(self) -> "Threads":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        # Who presses Ctrl-C does not want to wait for what is running.
        self._threads.shutdown(wait=kind is not KeyboardInterrupt, cancel_futures=True)
        for used in self._slots:
            used.close()


class Cluster:
    """Examines on the workers of a Dask scheduler.

    The workers need this package and the archives of samples; no file or database is shared. What
    a lost worker had is done again by another one.

    Raises
    ------
    CourseError
        If there is no scheduler at `address`, or it has no worker.
    """

    def __init__(self, address: str) -> None:
        from distributed import Client

        try:
            self._client = Client(address, timeout=CLUSTER_SECONDS)
        except (OSError, ValueError) as error:
            raise CourseError(f"no Dask scheduler at {address}: {error}") from None
        try:
            self._client.wait_for_workers(1, timeout=CLUSTER_SECONDS)
        except TimeoutError:
            self._client.close()
            raise CourseError(f"the Dask scheduler at {address} has no workers") from None
        self._executor = self._client.get_executor(pure=False)

    @property
    def room(self) -> int:
        """How many submissions may be there: one more for each that is running."""
        return max(2 * sum(self._client.nthreads().values()), 1)

    def submit(self, work: Work) -> Future[Outcome]:
        """Send a submission to the cluster."""
        return self._executor.submit(examine, work)

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(self, *_: object) -> None:
        self._executor.shutdown(wait=False)  # cancels what has not ended
        self._client.close()


Pool = Serial | Threads | Cluster


def pool(jobs: int | None = None, cluster: str | None = None) -> Pool:
    """Return a pool on a cluster, or on this machine with `jobs` (default: one for each core)."""
    if cluster:
        return Cluster(cluster)
    jobs = jobs or joblib.cpu_count()
    return Serial() if jobs == 1 else Threads(jobs)


def outcomes(
    tasks: Iterable[tuple[Key, Work]], workers: Pool
) -> Iterator[tuple[Key, Outcome | SandboxError]]:
    """Examine all, in the order in which they are finished.

    `tasks` is asked for the next ones while workers are busy, never for more than they can take.
    A sandbox that fails after it has worked is returned as an error.

    Raises
    ------
    CourseError
        If a master cannot be run, or there is no sandbox, or the cluster is gone.
    """
    source = iter(tasks)
    ahead: deque[tuple[Key, Work]] = deque()
    running: dict[Future[Outcome], tuple[Key, Work]] = {}
    more, proved = True, False

    def fill() -> None:
        while ahead and len(running) < workers.room:
            key, work = ahead.popleft()
            running[workers.submit(work)] = key, work

    while more or ahead or running:
        fill()
        prepare = more and len(ahead) < max(workers.room, 1)
        done = wait(running, timeout=0 if prepare else None, return_when=FIRST_COMPLETED).done
        finished = [(running.pop(future), future) for future in done]
        fill()  # before the finished ones are recorded: no worker waits for that
        for (key, work), future in finished:
            outcome = _outcome(future, work, proved)
            proved = True
            yield key, outcome
        if prepare and not finished:
            following = next(source, None)
            more = following is not None
            if following:
                ahead.append(following)


def _outcome(future: Future[Outcome], work: Work, proved: bool) -> Outcome | SandboxError:
    try:
        return future.result()
    except CancelledError:
        raise CourseError("the connection to the cluster was lost") from None
    except (ExamError, ModuleNotFoundError):
        raise
    except SandboxError as error:
        if not proved:
            raise
        return error  # the machine's fault: no reason for a score of 0
    except Exception as error:  # with Dask also: it ended several workers
        return lost(work, f"{type(error).__name__} {error}")


def lost(work: Work, reason: str) -> Outcome:
    """Return the outcome of a submission that cannot be examined."""
    nothing = Result(False, "SubmissionError", LOST)
    flag = f"{LOST_FLAG}: {' '.join(reason.split())[:200]}"
    return Outcome(results=dict.fromkeys(work.exam.tests, nothing), flags=[flag])
