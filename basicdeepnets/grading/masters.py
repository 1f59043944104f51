"""Masters: the instructor's notebooks in ``source/``, and the one form in which they are stored."""

import linecache
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode

SECTIONS = (
    "Brief explanation",
    "Bayesian analysis",
    "Data loading",
    "Initial configuration",
    "Parameter optimization",
    "Structure optimization",
    "Error analysis",
    "Links",
)
ANALYSIS = "analysis"
"""Tag of cells that only explore or plot: a student runs them, the grader skips them."""


def is_solution(cell: NotebookNode) -> bool:
    """Tell whether a cell holds a solution block."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def is_grade(cell: NotebookNode) -> bool:
    """Tell whether a cell holds the tests of a solution block."""
    return bool(cell.metadata.get("nbgrader", {}).get("grade"))


def is_analysis(cell: NotebookNode) -> bool:
    """Tell whether a cell only explores or plots."""
    return ANALYSIS in cell.metadata.get("tags", [])


@dataclass(frozen=True)
class Master:
    """One notebook of ``source/``: text, solution blocks and their tests."""

    name: str
    notebook: NotebookNode

    @classmethod
    def load(cls, network: str, course: Path = Path()) -> "Master":
        """Read ``source/<network>/<network>.ipynb`` of a course folder.

        Raises
        ------
        FileNotFoundError
            If the course has no such master.
        """
        path = master_path(network, course)
        if not path.is_file():
            known = ", ".join(networks(course)) or "none: is this the course folder?"
            raise FileNotFoundError(f"no master {path} (there are: {known})")
        return cls(network, nbformat.read(path, as_version=4))

    @property
    def blocks(self) -> dict[str, NotebookNode]:
        """The solution cells by name, in order."""
        return {c.metadata.nbgrader.grade_id: c for c in self.notebook.cells if is_solution(c)}

    @property
    def tests(self) -> dict[str, NotebookNode]:
        """The grade cells by name, in order; the tests of block `b` are named ``test_b``."""
        return {c.metadata.nbgrader.grade_id: c for c in self.notebook.cells if is_grade(c)}

    @property
    def points(self) -> dict[str, float]:
        """The points of every block."""
        return {
            name.removeprefix("test_"): float(cell.metadata.nbgrader.points)
            for name, cell in self.tests.items()
        }

    def run(self, namespace: dict[str, Any], chosen: Callable[[NotebookNode], bool]) -> None:
        """Execute the chosen code cells in this process, in order, as Jupyter would."""
        for cell in self.notebook.cells:
            if cell.cell_type == "code" and chosen(cell):
                run_cell(cell, namespace)


def run_cell(cell: NotebookNode, namespace: dict[str, Any]) -> None:
    """Execute one code cell in `namespace`, its lines known to tracebacks as in Jupyter."""
    filename = f"<cell {cell.id}>"
    lines = cell.source.splitlines(keepends=True)
    linecache.cache[filename] = (len(cell.source), None, lines, filename)
    exec(compile(cell.source, filename, "exec"), namespace)


def master_path(network: str, course: Path = Path()) -> Path:
    """Where the master of a network lies in a course folder."""
    return course / "source" / network / f"{network}.ipynb"


def networks(course: Path = Path()) -> list[str]:
    """Names of all masters of a course folder, sorted."""
    return sorted(path.stem for path in course.glob("source/*/*.ipynb"))


def normalise(notebook: NotebookNode) -> NotebookNode:
    """Return the stored form of a master, so that a diff reads and two runs agree.

    No outputs, execution counts or metadata of an editor; complete nbgrader metadata (an author
    writes ``{"grade_id": ..., "solution": true}`` or ``{"grade_id": ..., "grade": true, "points":
    ...}``); cell ids made from the block's name or from the section and a running number.
    """
    section, number = "top", 0
    cells = []
    for old in notebook.cells:
        source = old.source.rstrip()
        heading = re.match(r"## (.+)", source) if old.cell_type == "markdown" else None
        if heading:
            section, number = re.sub(r"\W+", "-", heading[1].lower()).strip("-"), 0
        metadata: dict[str, Any] = {}
        if tags := old.metadata.get("tags"):
            metadata["tags"] = list(tags)
        if given := old.metadata.get("nbgrader"):
            metadata["nbgrader"] = _complete(given)
            identity = given["grade_id"]
        else:
            identity = f"{section}-{number}"
            number += 1
        fields = {"id": identity, "metadata": metadata}
        make = (
            nbformat.v4.new_code_cell if old.cell_type == "code" else nbformat.v4.new_markdown_cell
        )
        cells.append(make(source, **fields))
    python = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": python, "language_info": {"name": "python"}}
    )


def _complete(given: dict[str, Any]) -> dict[str, Any]:
    grade = bool(given.get("grade"))
    complete = {
        "grade": grade,
        "grade_id": given["grade_id"],
        "locked": grade,
        "schema_version": 3,
        "solution": bool(given.get("solution")),
        "task": False,
    }
    return {**complete, "points": given["points"]} if grade else complete


def write(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook in its stored form (see :func:`normalise`)."""
    write_whole(path, nbformat.writes(normalise(notebook)) + "\n")


def text_path(network: str, course: Path = Path()) -> Path:
    """Where the text form of a master is edited; never beside the master, it would be released."""
    return course / "build" / f"{network}.py"


def write_text(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook as py:percent text."""
    write_whole(path, jupytext.writes(notebook, fmt="py:percent"))


def read_text(path: Path) -> NotebookNode:
    """Read a notebook from py:percent text."""
    return jupytext.reads(path.read_text(), fmt="py:percent")


def write_whole(path: Path, text: str) -> None:
    """Write a file at one stroke: an interrupted command leaves the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text)
    partial.replace(path)
