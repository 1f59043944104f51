"""The same on a Dask cluster: nothing is shared, and a lost worker's work is done again."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from test_classroom import NETWORK, WRONG, Class

from basicdeepnets.data import cache_folder
from basicdeepnets.errors import CourseError
from basicdeepnets.grading import pool

pytest.importorskip("distributed")
SLOW = {"half": "import time\ntime.sleep(0.7)\n\ndef half(x):\n    return x / 2"}


def start(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """Start a process of Dask that knows nothing of a course."""
    folder.mkdir()
    environment = {**os.environ, "HOME": str(folder), "BASICDEEPNETS_DATA": str(cache_folder())}
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "dask", *words]
        return subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)


@pytest.fixture
def klass(tmp_path: Path) -> Class:
    return Class.create(tmp_path / "course")


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    where = tmp_path / "scheduler.json"
    words = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(where))
    process = start(tmp_path / "scheduler", "scheduler", *words)
    deadline = time.monotonic() + 30
    while not where.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    from distributed import Client

    with Client(scheduler_file=str(where), timeout=20) as client:
        address = client.scheduler.address
    yield address
    process.terminate()
    process.wait()


@pytest.fixture
def workers(scheduler: str, tmp_path: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    words = (scheduler, "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--no-dashboard")
    started = [start(tmp_path / f"worker{n}", "worker", *words) for n in range(2)]
    yield started
    for process in started:
        process.kill()
        process.wait()


def test_a_worker_is_killed_half_way(klass: Class, scheduler: str, workers: list) -> None:
    students = [f"s{number}" for number in range(6)]
    for student in students[1:]:
        klass.submit(student, SLOW)
    klass.submit(students[0], WRONG)
    victim = psutil.Process(workers[0].pid)
    family: list[psutil.Process] = []

    def kill() -> None:
        # It is at work: it has started a sandbox, and something is graded.
        while not klass.runs() or len(victim.children(recursive=True)) < 4:
            time.sleep(0.1)
        family.extend(victim.children(recursive=True))
        os.kill(victim.pid, signal.SIGKILL)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    room = klass.course.classroom()
    table = room.grade(room.choose([NETWORK]), pool.pool(cluster=scheduler))
    killer.join(1)
    assert family, "it was not killed"
    assert not room.failures
    assert table.loc[NETWORK, "graded"] == 6
    assert klass.points() == {**dict.fromkeys(students, 5), students[0]: 2}
    assert len(klass.runs()) == 6
    _, alive = psutil.wait_procs(family, timeout=5)
    assert not [p for p in alive if p.status() != psutil.STATUS_ZOMBIE]


def test_a_cluster_without_workers(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "CLUSTER_SECONDS", 1)
    with pytest.raises(CourseError, match="no workers"):
        pool.Cluster(scheduler)
