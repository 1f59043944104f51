"""Submissions made for a purpose: mutants and alternatives that prove the tests, and a demo class.

A file ``tests/submissions/<network>/<name>.py`` replaces some solution blocks of the release::

    # Forgets the bias.
    # scores: linear 0, others full

    # %% linear
    def linear(x, W, b):
        return x @ W.T

The first comment says what is special about it. ``scores`` gives what every grade cell must get:
the named blocks their points, ``others full`` (or ``others 0``) the rest. A file whose name begins
with ``mutant`` is a typical wrong solution, one with ``alternative`` a different right one.
"""

import re
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from basicdeepnets.grading.masters import Master, is_solution


@dataclass(frozen=True)
class Submission:
    """Some solution blocks that replace the master's, and the score that each block must get."""

    name: str
    about: str
    scores: dict[str, float]
    blocks: dict[str, str]


def read_submission(path: Path, master: Master) -> Submission:
    """Read a mutant or an alternative.

    Raises
    ------
    ValueError
        If it has no scores line, or names a block that the master does not have.
    """
    head, *cells = re.split(r"^# %% ", path.read_text(), flags=re.MULTILINE)
    comments = [line.removeprefix("#").strip() for line in head.splitlines() if line[:1] == "#"]
    scores = [line for line in comments if line.startswith("scores:")]
    if len(scores) != 1:
        raise ValueError(f"{path}: one line `# scores: block points, ..., others full` is needed")
    blocks = {}
    for cell in cells:
        title, _, source = cell.partition("\n")
        blocks[title.strip()] = source.strip()
    if unknown := set(blocks) - set(master.blocks):
        raise ValueError(f"{path}: {master.name} has no block {', '.join(sorted(unknown))}")
    about = " ".join(line for line in comments if not line.startswith("scores:"))
    return Submission(path.stem, about, _scores(scores[0], master, path), blocks)


def _scores(line: str, master: Master, path: Path) -> dict[str, float]:
    named: dict[str, float] = {}
    for item in line.removeprefix("scores:").split(","):
        block, _, score = item.strip().partition(" ")
        if block == "others":
            rest = dict(master.points) if score == "full" else dict.fromkeys(master.points, 0.0)
            named = {**rest, **named}
        elif block not in master.points:
            raise ValueError(f"{path}: {master.name} has no block {block!r}")
        else:
            named[block] = float(score)
    if missing := set(master.points) - set(named):
        raise ValueError(f"{path}: no score for {', '.join(sorted(missing))}")
    return named


def read_submissions(master: Master, course: Path = Path()) -> list[Submission]:
    """Read all mutants and alternatives of a master, sorted by name."""
    folder = course / "tests" / "submissions" / master.name
    return [read_submission(path, master) for path in sorted(folder.glob("*.py"))]


def solve(master: Master) -> dict[str, str]:
    """Return the reference solution of every block."""
    return {name: cell.source for name, cell in master.blocks.items()}


def fill(release: NotebookNode, blocks: dict[str, str]) -> NotebookNode:
    """Return a copy of a release with `blocks` in its solution cells."""
    filled = deepcopy(release)
    for cell in filled.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if is_solution(cell) and name in blocks:
            cell.source = blocks[name]
    return filled


def submit(notebook: NotebookNode, network: str, student: str, course: Path = Path()) -> Path:
    """Put a notebook where ``nbgrader autograde`` looks for it, and return its path."""
    path = course / "submitted" / student / network / f"{network}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
    (path.parent / "timestamp.txt").write_text(now)  # nbgrader releases no feedback without it
    return path
