"""The side of the student: runs the cells of a submission, and what the tests want to observe.

Everything in this process belongs to the student's code, this module too. What it sends is judged
elsewhere and believed by nobody.
"""

import base64
import io
import socket
import sys
import traceback
import types
import warnings
from collections.abc import Callable
from typing import Any

import cloudpickle
import torch
from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from basicdeepnets import check
from basicdeepnets.grading import wire
from basicdeepnets.grading.warm import seed_all

LONGEST_MESSAGE = 2000
"""Characters of an error's message that are sent."""


class Outputs(list):
    """The outputs of the running cell, up to a number of bytes."""

    room = 0
    cut = False

    def add(self, output: dict[str, Any], size: int) -> None:
        """Append an output, unless there is no room left."""
        self.cut = self.cut or size > self.room
        if size <= self.room:
            self.room -= size
            self.append(output)

    def write(self, name: str, text: str) -> None:
        """Append to a stream."""
        self.cut = self.cut or len(text) > self.room
        text = text[: self.room]
        self.room -= len(text)
        if self and self[-1]["output_type"] == "stream" and self[-1]["name"] == name:
            self[-1]["text"].append(text)
        elif text:
            self.append({"output_type": "stream", "name": name, "text": [text]})

    def begin(self, room: int) -> None:
        """Forget the cell before."""
        self.clear()
        self.room, self.cut = room, False


class _Stream(io.TextIOBase):
    def __init__(self, outputs: Outputs, name: str) -> None:
        self.outputs, self.name = outputs, name

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.outputs.write(self.name, text)
        return len(text)


class _Publisher(DisplayPublisher):
    shell: Any

    def publish(self, data: dict, metadata: Any = None, *_: Any, **__: Any) -> None:
        bundle, size = _bundle(data)
        self.shell.outputs.add({"output_type": "display_data", "data": bundle}, size)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.clear()


class _Hook(DisplayHook):
    shell: Any

    def write_output_prompt(self) -> None:
        """Nothing: the number of the cell stands beside it."""

    def write_format_data(self, format_dict: dict, md_dict: Any = None) -> None:
        bundle, size = _bundle(format_dict)
        self.shell.outputs.add({"output_type": "execute_result", "data": bundle}, size)

    def finish_displayhook(self) -> None:
        self._is_active = False


def _bundle(data: dict[str, Any]) -> tuple[dict[str, str], int]:
    bundle = {}
    for mime, value in data.items():
        if isinstance(value, bytes):
            value = base64.b64encode(value).decode()
        if isinstance(value, str):
            bundle[mime] = value
    return bundle, sum(map(len, bundle.values()))


class _Compiler(CachingCompiler):
    """Remembers which cell a line of code belongs to."""

    def __init__(self) -> None:
        super().__init__()
        self.current = ""
        self.cells: dict[str, str] = {}

    def cache(self, *arguments: Any, **named: Any) -> str:
        name = super().cache(*arguments, **named)
        self.cells[name] = self.current
        return name


class Shell(InteractiveShell):
    """An IPython shell whose outputs are kept as a notebook does."""

    compile: _Compiler

    def __init__(self, **traits: Any) -> None:
        self.outputs = Outputs()
        super().__init__(
            displayhook_class=_Hook,
            display_pub_class=_Publisher,
            compiler_class=_Compiler,
            config=Config({"HistoryManager": {"enabled": False}}),
            **traits,
        )

    def enable_gui(self, gui: str | None = None) -> None:
        """Nothing: figures are shown inline."""

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        lines = [line for line in stb if isinstance(line, str)]
        error = {"ename": str(etype.__name__), "evalue": str(evalue)[:LONGEST_MESSAGE]}
        size = sum(map(len, lines))
        if size > self.outputs.room:
            lines, size = [], 0
        self.outputs.add({"output_type": "error", **error, "traceback": lines}, size)


def warm_up() -> Callable[[socket.socket], None]:
    """Prepare what every submission needs, and return what a child does."""
    shell = Shell.instance()
    shell.enable_matplotlib("inline")
    outputs = shell.outputs
    first = "import matplotlib.pyplot as plt, pandas as pd\nplt.plot([1])\npd.DataFrame({'a': [1]})"
    for source in (first, "1/0", "%reset -f"):
        run(shell, "", source, 10**6)
    shell.execution_count = 1
    outputs.clear()
    sys.path.insert(0, "")  # a file that a cell wrote can be imported, as in Jupyter
    return lambda connection: serve(connection, shell)


def serve(connection: socket.socket, shell: Shell) -> None:
    """Run cells and observe, as the grader says, until it closes the connection."""
    reader = wire.Reader(connection)
    while True:
        try:
            kind, text, raw = reader.wait()
        except EOFError:
            return
        request = wire.load(text)
        if kind == wire.RUN:
            wire.send(connection, wire.pack(wire.VALUE, run(shell, **request)))
        else:
            wire.send(connection, observe(shell, raw, **request))


def run(shell: Shell, cell: str, source: str, room: int) -> dict[str, Any]:
    """Run a cell as Jupyter does.

    Parameters
    ----------
    cell : what the grader calls it
    source : Python, with IPython's extensions
    room : bytes of output

    Returns
    -------
    dict
        `outputs` and whether they were `cut`.
    """
    outputs = shell.outputs
    outputs.begin(room)
    shell.compile.current = cell
    streams = sys.stdin, sys.stdout, sys.stderr
    sys.stdin = io.StringIO()
    sys.stdout, sys.stderr = _Stream(outputs, "stdout"), _Stream(outputs, "stderr")
    try:
        shell.run_cell(source, store_history=True)
    finally:
        sys.stdin, sys.stdout, sys.stderr = streams
    found = [{**o, "text": "".join(o["text"])} if "text" in o else dict(o) for o in outputs]
    return {"outputs": found, "cut": outputs.cut}


def observe(shell: Shell, pickled: bytes, seed: int | None) -> bytes:
    """Call what the examiner sent, over the submission's names.

    Parameters
    ----------
    pickled : a function with its own names
    seed : for all random numbers, or None to go on

    Returns
    -------
    bytes
        A frame with ``{"value": ...}`` or ``{"error": ...}``, see `wire.encode`.
    """
    try:
        f = cloudpickle.loads(pickled)
        if isinstance(f, types.FunctionType):
            # All functions that came along share these globals; the test's own names win.
            for name, value in list(shell.user_ns.items()):
                f.__globals__.setdefault(name, value)
        if seed is not None:
            seed_all(seed)
        with warnings.catch_warnings(), torch.enable_grad():
            warnings.simplefilter("ignore")
            message, arrays = wire.encode(check._plain(f()))
        if len(arrays) > wire.MAX_RAW:
            raise check.SubmissionError("the result is too large")
        return wire.pack(wire.VALUE, {"value": message}, arrays)
    except check.SubmissionError as error:
        found: dict[str, Any] = {"type": None, "message": str(error)[:LONGEST_MESSAGE]}
    except BaseException as error:
        found = describe(shell, error)
    return wire.pack(wire.VALUE, {"error": found})


def describe(shell: Shell, error: BaseException) -> dict[str, Any]:
    """Return the type and message of an error, and where in the submission it arose."""
    cells = shell.compile.cells
    frames = [f for f in traceback.extract_tb(error.__traceback__) if cells.get(f.filename)]
    where = [cells[frames[-1].filename], frames[-1].lineno] if frames else None
    try:
        message = str(error)[:LONGEST_MESSAGE]
    except BaseException:
        message = ""
    kind = next(c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins")
    return {"type": type(error).__name__, "base": kind, "message": message, "where": where}
