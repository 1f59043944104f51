"""The side of the tests: a clean process that knows the master and gets plain data to judge.

No code of a student is ever in this process. `observe` sends a function to the submission and
brings back its result as data; the verdict, and every word that a student may read, is made here.
"""

import builtins
import contextlib
import io
import linecache
import os
import socket
import sys
import traceback
import types
from collections.abc import Callable, Iterator
from typing import Any

import cloudpickle

from basicdeepnets import check
from basicdeepnets.grading import wire
from basicdeepnets.grading.warm import seed_all

SEED = 0
"""Of all random numbers, set anew for each test, so that two runs agree."""

UNDECIDABLE = "the tests could not judge what your code gave back: compare it with the docstring"
UNREADABLE = "what your code gave back could not be read"
UNPLAIN = (
    "something was returned where a number, string, tensor, array, list or dict was expected. "
    "Compare the result with the docstring of the block"
)


class Examiner:
    """Runs given cells and grade cells of a master.

    Parameters
    ----------
    connection : socket
        To the grader, which passes on what is observed.
    """

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.reader = wire.Reader(connection)
        main = types.ModuleType("__main__")
        sys.modules["__main__"] = main  # dataclasses and pickles look names up there
        self.names = main.__dict__
        self.sources: dict[str, str] = {}
        self.blocks: dict[str, str] = {}
        self.hidden = False
        self.seed: int | None = SEED
        check.observe = self.observe

    def serve(self) -> None:
        """Do what the grader says until it closes the connection.

        The given cells run once. Each submission then has a process of its own, forked from here.
        """
        while True:
            try:
                kind, text, _ = self.reader.wait()
            except EOFError:
                return
            if kind == wire.GIVEN:
                self._reply({"problem": self.prepare(wire.load(text))})
            elif (child := os.fork()) == 0:
                self.judge(**wire.load(text))
                os._exit(0)
            elif os.waitpid(child, 0)[1]:
                return  # the grader sees it and starts another

    def prepare(self, given: dict[str, str]) -> str:
        """Run the given cells; return the traceback of one that fails, else nothing."""
        try:
            with _quiet():
                for name, source in given.items():
                    self._execute(name, source)
        except BaseException:
            return traceback.format_exc()
        return ""

    def judge(self, sources: dict[str, str], blocks: dict[str, str]) -> None:
        """Run tests on a submission until the grader says that it is over.

        Parameters
        ----------
        sources, blocks : what the submission's cells contain, and which of them are which block
        """
        self.sources, self.blocks = sources, blocks
        self._reply(None)
        while True:
            kind, text, _ = self.reader.wait()
            if kind == wire.END:
                return self._reply(None)
            with _quiet():
                verdict = self.test(**wire.load(text))
            self._reply(verdict)

    def _reply(self, message: Any) -> None:
        wire.send(self.connection, wire.pack(wire.DONE, message))

    def test(self, name: str, source: str, hidden: bool) -> dict[str, Any]:
        """Run a test.

        Parameters
        ----------
        hidden : bool
            The submission has seen hidden tests: nothing that it says may be shown any more.

        Returns
        -------
        dict
            `error` is None if it passed, else the name of the kind of failure; `message` is for
            the student, `detail` for the author of the test.
        """
        self.hidden, self.seed = hidden, SEED
        seed_all(SEED)
        self.names["observe"] = self.observe
        try:
            self._execute(name, source)
        except check.CheckError as error:
            return {"error": type(error).__name__, "message": str(error), "detail": ""}
        except BaseException:
            detail = traceback.format_exc()
            return {"error": "CheckError", "message": UNDECIDABLE, "detail": detail[-4000:]}
        return {"error": None, "message": "", "detail": ""}

    def observe(self, f: Callable[[], Any]) -> Any:
        """Have `f` called beside the submission, and return its result (see `check.observe`)."""
        frame = wire.pack(wire.OBSERVE, {"seed": self.seed}, cloudpickle.dumps(f))
        self.seed = None
        wire.send(self.connection, frame)
        kind, text, raw = self.reader.wait()
        if kind == wire.GONE:
            raise check.SubmissionError(wire.load(text))
        try:
            reply = wire.load(text)
            if type(reply) is dict and set(reply) == {"value"}:
                return wire.decode(reply["value"], raw)
            error = reply["error"]
            message = self._explain(**error)
        except (wire.WireError, TypeError, KeyError, ValueError, RecursionError):
            raise check.SubmissionError(UNREADABLE) from None
        raise check.SubmissionError(message)

    def _explain(
        self, type: str | None, message: str, base: str = "", where: list | None = None
    ) -> str:
        if type is None:
            return UNPLAIN if self.hidden else str(message)
        cell, line = self._locate(where)
        at = f" (at `{line}`)" if line else ""
        if base == "NotImplementedError" or type == "NotImplementedError":
            block = f" `{self.blocks[cell]}`" if cell in self.blocks else ""
            return f"the block{block} is not written yet: fill its TODO"
        if self.hidden:
            # Whatever the code says may be a copy of the test: only known words are repeated.
            known = isinstance(getattr(builtins, str(base), None), builtins.type)
            kind = base if known else "an error"
            missing = ". Did the cell that defines it run without an error?" if not line else ""
            return f"your code raised {kind}{at}{missing if base == 'NameError' else ''}"
        if base == "NameError" and not line:
            return f"{message}. Did the cell that defines it run without an error?"
        return f"your code raised {type}: {message}{at}"

    def _locate(self, where: list | None) -> tuple[str, str]:
        """Return the cell and the text of a line, taken from the notebook, not from the message."""
        try:
            cell, line = where or ("", 0)
            return cell, self.sources[cell].splitlines()[line - 1].strip() if line > 0 else ""
        except (KeyError, IndexError, TypeError, ValueError):
            return "", ""

    def _execute(self, name: str, source: str) -> None:
        filename = f"<cell {name}>"
        lines = source.splitlines(keepends=True)
        linecache.cache[filename] = (len(source), None, lines, filename)
        exec(compile(source, filename, "exec"), self.names)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    nowhere = io.StringIO()
    with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        yield


def warm_up() -> Callable[[socket.socket], None]:
    """Return what a child does."""
    return lambda connection: Examiner(connection).serve()
