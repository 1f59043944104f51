"""The warm process: everything is imported, and each request forks a child that is ready at once.

It is process 1 of its own process namespace, so that no child can kill it, and it dies with the
last end of its control socket. It never runs foreign code itself. One child at a time::

    python -m basicdeepnets.grading.warm ROLE CONTROL_FD SCRATCH LIMITS

ROLE is `submission` or `examiner`. Its parent sends ``fork`` with one end of a socket pair, and
``end``; it says ``ready``, ``gone REASON`` when the child ended or used too much, and ``done`` when
after ``end`` nothing of the child is left.
"""

import contextlib
import gc
import json
import os
import random
import resource
import select
import shutil
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from basicdeepnets.grading import restrict

PERIOD = 0.1
"""Seconds between two looks at what the child uses."""
MOST_FILES = 20_000
"""An empty file has no size, but takes memory of the kernel."""


class Server:
    """Forks children that run `work`, one at a time, and sees that nothing of them stays.

    Parameters
    ----------
    control : socket
        SOCK_SEQPACKET; the parent's end is nowhere else.
    scratch : list of str
        The folders that a child may write to; emptied after it.
    limits : dict
        `memory` in bytes, `processes` as a number, `disk` in bytes.
    work : callable
        Called in the child with its socket.
    """

    def __init__(
        self,
        control: socket.socket,
        scratch: list[str],
        limits: dict[str, int],
        work: Callable[[socket.socket], None],
    ) -> None:
        self.control, self.scratch, self.limits, self.work = control, scratch, limits, work
        self.alone = os.getpid() == 1
        self.child = 0
        self.own_memory = _resident(os.getpid())[0]
        self.state = _state()

    def serve(self) -> None:
        """Do what the parent says until it closes the socket."""
        layers = {
            "processes": int(self.alone),
            "landlock": restrict.landlock_version(),
            "filter": restrict.filter_version(),
        }
        self.control.send(b"ready " + json.dumps(layers).encode())
        while True:
            wait = PERIOD if self.child else None
            if select.select([self.control], [], [], wait)[0]:
                word, descriptors, _, _ = socket.recv_fds(self.control, 16, 1)
                if not word:
                    return
                if word == b"fork":
                    self.fork(descriptors[0])
                elif not self.end():
                    return  # the parent sees it and starts another
                else:
                    self.control.send(b"done")
            if self.child and (reason := self.look()):
                self.kill()
                self.child = 0
                self.control.send(b"gone " + reason.encode())

    def fork(self, descriptor: int) -> None:
        """Start a child that talks over the descriptor."""
        self.child = os.fork()
        if self.child:
            os.close(descriptor)
            return
        try:
            self.become(descriptor)
            self.work(socket.socket(fileno=3))
        finally:
            os._exit(0)

    def become(self, descriptor: int) -> None:
        """Be a child: keep one socket, and give away what it does not need."""
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nowhere, standard)
        os.dup2(descriptor, 3)
        self.control.detach()
        os.closerange(4, 2**16)
        os.chdir(self.scratch[0])
        signal.signal(signal.SIGINT, signal.default_int_handler)
        restrict.no_new_privileges()
        restrict.conceal(False)  # it may look at itself
        restrict.limit(**self.limits)
        restrict.landlock(self.scratch)
        restrict.filter_calls()

    def look(self) -> str:
        """Return why the child must go or has gone, else nothing."""
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG)[0]) != 0:
                if ended == self.child:
                    return "killed"
        memory = tasks = 0
        for pid in self.descendants():
            with contextlib.suppress(OSError):  # it may end while we look
                used, threads = _resident(pid)
                memory += max(used - self.own_memory, 0)
                tasks += threads
        if memory > self.limits["memory"]:
            return "memory"
        if self.alone and self.files() > MOST_FILES:
            return "disk"
        return "processes" if tasks > self.limits["processes"] else ""

    def files(self) -> int:
        """Return how many files there are in the scratch folders."""
        found = [os.statvfs(folder) for folder in self.scratch]
        return sum(folder.f_files - folder.f_ffree for folder in found)

    def descendants(self) -> list[int]:
        """Return the child and whatever it started (outside of a sandbox the child alone)."""
        if not self.alone:
            return [self.child]
        return [int(name) for name in os.listdir("/proc") if name.isdigit() and name != "1"]

    def end(self) -> bool:
        """Remove the child and all it started and wrote; False if something cannot be removed."""
        self.kill()
        self.child = 0
        return all(_empty(folder) for folder in self.scratch) and _state() == self.state

    def kill(self) -> None:
        """Kill everything but this process, and wait until it is gone."""
        # To process 1 of a namespace, -1 means all others in it, at one stroke.
        if self.alone:
            with contextlib.suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)
        elif self.child:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.child, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)


def _empty(folder: str) -> bool:
    """Empty a folder, whatever its owner made of it; False if something is left."""
    with contextlib.suppress(OSError):
        os.chmod(folder, 0o700)
        for parent, folders, _ in os.walk(folder):
            for name in folders:
                path = os.path.join(parent, name)
                if not os.path.islink(path):
                    os.chmod(path, 0o700)
        for entry in os.scandir(folder):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path)
            else:
                os.unlink(entry.path)
        return not os.listdir(folder)
    return False


def _resident(pid: int) -> tuple[int, int]:
    """Return a process's own memory in bytes and its number of threads."""
    fields = dict.fromkeys(("RssAnon", "RssShmem", "Threads"), 0)
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            name, _, value = line.partition(":")
            if name in fields:
                fields[name] = int(value.split()[0])
    return (fields["RssAnon"] + fields["RssShmem"]) * 1024, fields["Threads"]


def _state() -> dict[str, Any]:
    """Return what a process of the same user could change from outside, or leave in the kernel."""
    names = [name for name in dir(resource) if name.startswith("RLIMIT_")]
    limits = {name: resource.getrlimit(getattr(resource, name)) for name in names}
    shared = {}
    for kind in ("shm", "msg", "sem"):
        with contextlib.suppress(OSError):
            shared[kind] = len(Path("/proc/sysvipc", kind).read_text().splitlines())
    return {
        "limits": limits,
        "shared": shared,
        "priority": os.getpriority(os.PRIO_PROCESS, 0),
        "cores": os.sched_getaffinity(0),
        "scheduler": os.sched_getscheduler(0),
    }


def prepare() -> None:
    """Import and use once what every notebook needs, so that no child pays for it."""
    import matplotlib.pyplot
    import numpy
    import pandas
    import sklearn.linear_model
    import torch
    from scipy import stats

    from basicdeepnets import analysis, data, plots

    torch.set_num_threads(1)
    # The first optimiser imports a second's worth of modules.
    torch.optim.Adam([torch.zeros(1, requires_grad=True)])
    for archive in data.ARCHIVES.values():
        with contextlib.suppress(data.ArchiveError):  # checks its hash, once
            data.archives.open_archive(archive.package).close()
    assert all((matplotlib, numpy, pandas, sklearn, stats, analysis, plots))


def seed_all(seed: int) -> None:
    """Set all random numbers of this process."""
    import numpy
    import torch

    random.seed(seed)
    numpy.random.seed(seed)  # noqa: NPY002  (notebooks use it)
    torch.manual_seed(seed)


def main() -> None:
    """Import everything, then serve."""
    role, descriptor, scratch, limits = sys.argv[1:]
    control = socket.socket(fileno=int(descriptor))
    # Signals that have no handler do not reach process 1 from inside its namespace.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    restrict.no_new_privileges()
    restrict.conceal()
    if role == "submission":
        from basicdeepnets.grading.submission import warm_up
    else:
        from basicdeepnets.grading.examiner import warm_up
    prepare()
    work = warm_up()
    folders = scratch.split(os.pathsep)
    server = Server(control, folders, json.loads(limits), work)
    server.end()  # what the imports left
    server.state = _state()
    gc.collect()
    gc.freeze()  # children share the memory of what is never collected
    server.serve()


if __name__ == "__main__":
    main()
