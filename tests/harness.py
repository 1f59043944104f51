"""Grades one solution of a master inside this process: fast, for many seeds and while authoring.

It keeps the two sides apart as the rule "observe, then judge" demands: student cells run in one
namespace, grade cells in another that has never seen a student's name, and what `observe` is given
is carried over to the first. A grade cell that uses a student's name outside `observe` fails here.
"""

import contextlib
import io
import sys
import types
from collections.abc import Callable
from typing import Any

import torch

from basicdeepnets import check
from basicdeepnets.grading.masters import Master, is_analysis, is_grade, is_solution, run_cell


class Grader:
    """A master with some blocks replaced, whose grade cells can be judged again and again."""

    def __init__(self, master: Master, blocks: dict[str, str] | None = None) -> None:
        self.master = master
        self.messages: dict[str, str] = {}
        self._submission: dict[str, Any] = {"__name__": "__main__"}
        self._examiner: dict[str, Any] = {"__name__": "__main__"}
        with contextlib.redirect_stdout(io.StringIO()):
            self._run(blocks or {})

    def _run(self, blocks: dict[str, str]) -> None:
        for cell in self.master.notebook.cells:
            if cell.cell_type != "code" or is_analysis(cell) or is_grade(cell):
                continue
            if is_solution(cell):
                solution = cell.copy()
                solution.source = blocks.get(cell.metadata.nbgrader.grade_id, cell.source)
                self._run_student(solution)
            else:
                run_cell(cell, self._submission)
                run_cell(cell, self._examiner)

    def _run_student(self, cell: Any) -> None:
        try:
            run_cell(cell, self._submission)
        except Exception as error:  # what a student writes may fail; the notebook goes on
            problem = f"the cell fails with {type(error).__name__}: {error}"
            self.messages[cell.metadata.nbgrader.grade_id] = problem

    def grade(self, seed: int = 0) -> dict[str, float]:
        """Run all grade cells under a seed and return the points of every block."""
        return {name: self.grade_block(name, seed) for name in self.master.points}

    def grade_block(self, block: str, seed: int = 0) -> float:
        """Run the grade cell of one block under a seed and return its points."""
        torch.manual_seed(seed)
        self._examiner["SEED"] = self._submission["SEED"] = seed
        self._examiner["observe"] = self._observe
        try:
            run_cell(self.master.tests[f"test_{block}"], self._examiner)
        except Exception as error:  # a test may stumble over what a wrong solution gave back
            known = isinstance(error, check.CheckError)
            self.messages[f"test_{block}"] = str(error) if known else f"{type(error)}: {error}"
            return 0.0
        return self.master.points[block]

    def _observe(self, f: Callable[[], Any]) -> Any:
        return check.observe(self._carry(f, {}))

    def _carry(self, f: Any, done: dict[int, Any]) -> Any:
        """Rebuild a function of the examiner over the submission's namespace."""
        if not isinstance(f, types.FunctionType) or f.__globals__ is not self._examiner:
            return f
        if id(f) not in done:
            scope = dict(self._submission)
            done[id(f)] = carried = types.FunctionType(
                f.__code__, scope, f.__name__, f.__defaults__, f.__closure__
            )
            carried.__kwdefaults__ = f.__kwdefaults__
            for name in _names(f.__code__):
                if name in self._examiner:
                    scope[name] = self._carry(self._examiner[name], done)
        return done[id(f)]


def _names(code: types.CodeType) -> set[str]:
    inner = (c for c in code.co_consts if isinstance(c, types.CodeType))
    return set(code.co_names).union(*map(_names, inner))


def main() -> None:
    """Show what each submission of a network gets: ``python tests/harness.py NETWORK [NAME]``."""
    from basicdeepnets.grading.submissions import read_submissions

    master = Master.load(sys.argv[1])
    reference = Grader(master)
    print("reference", reference.grade(), reference.messages or "")
    for submission in read_submissions(master):
        if len(sys.argv) > 2 and submission.name != sys.argv[2]:
            continue
        grader = Grader(master, submission.blocks)
        scores = grader.grade()
        verdict = "as stated" if scores == submission.scores else "NOT AS STATED"
        print(f"\n{submission.name}: {submission.about}\n  {verdict}: {scores}")
        for block, message in grader.messages.items():
            print(f"  {block}: {message}")


if __name__ == "__main__":
    main()
