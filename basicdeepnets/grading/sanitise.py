"""Sanitising: a submission is read whatever it contains, and what it says about itself is dropped.

nbgrader would stop a whole run at a notebook with a doubled cell or a damaged file. Here such a
notebook is graded for what can be read of it, and flagged.
"""

import json
import re
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from basicdeepnets.grading.masters import ANALYSIS, is_analysis

FLAGS = "basicdeepnets"
"""Where a graded notebook keeps its flags, among its metadata."""
LARGEST = 30 * 10**6
"""Characters of a notebook file that are read."""
UNREADABLE = "The submitted file is not a notebook, or is damaged: nothing of it could be read."


class ReadSubmission(NotebookExporter):
    """Reads every file as a notebook, and writes it as nbgrader does."""

    def from_file(
        self, file_stream: Any, resources: dict | None = None, **kw: Any
    ) -> tuple[NotebookNode, dict]:
        """Convert a submission, or an empty notebook that says it could not be read."""
        try:
            text = file_stream.read(LARGEST + 1)
        except UnicodeDecodeError:
            text = ""
        return self.from_notebook_node(read(text), resources=resources, **kw)


def read(text: str) -> NotebookNode:
    """Return a valid notebook with the cells that `text` contains; it may be anything."""
    try:
        found = json.loads(text if len(text) <= LARGEST else "")
        if found.get("nbformat") in (1, 2, 3):
            found = nbformat.reads(text, as_version=4)
        cells = [cell for cell in found["cells"] if isinstance(cell, dict)]
        metadata = found.get("metadata")
    except Exception:  # old formats fail in many ways
        return _notebook([nbformat.v4.new_markdown_cell(UNREADABLE, id="unreadable")], None)
    return _notebook(_cells(cells), metadata)


def _notebook(cells: list[NotebookNode], metadata: Any) -> NotebookNode:
    notebook = nbformat.v4.new_notebook(cells=cells)
    kept = metadata.get(FLAGS) if isinstance(metadata, dict) else None
    if isinstance(kept, dict):
        notebook.metadata[FLAGS] = nbformat.from_dict(kept)
    return notebook


def _cells(found: list[dict]) -> list[NotebookNode]:
    makers = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    cells: list[NotebookNode] = []
    ids: set[str] = set()
    for number, cell in enumerate(found):
        source = cell.get("source", "")
        parts = source if isinstance(source, list) else [source]
        text = "".join(part for part in parts if isinstance(part, str))
        identity = str(cell.get("id"))
        if not re.fullmatch(r"[\w-]{1,64}", identity, re.ASCII) or identity in ids:
            identity = f"cell-{number}-{len(found)}"
        ids.add(identity)
        metadata = cell.get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        kept: dict[str, Any] = {}
        if isinstance(metadata.get("nbgrader"), dict):
            kept["nbgrader"] = metadata["nbgrader"]
        if isinstance(metadata.get("tags"), list):
            kept["tags"] = [tag for tag in metadata["tags"] if isinstance(tag, str)]
        make = makers.get(str(cell.get("cell_type")), nbformat.v4.new_raw_cell)
        # A lone surrogate could not be written to a file.
        text = text.encode(errors="replace").decode()
        cells.append(make(text, id=identity, metadata=nbformat.from_dict(kept)))
    return cells


class Sanitise(NbGraderPreprocessor):
    """Give every cell the metadata that the gradebook has for it, and no other.

    Each grade cell is there exactly once afterwards. A cell without a place in the gradebook keeps
    nothing but the tag of cells that only explore, a grade or solution cell not even that: a tag
    that makes the grader skip a grade cell would earn its points.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Clean a notebook in place."""
        place = resources["nbgrader"]
        flags = ["unreadable: file"] if [c.source for c in nb.cells] == [UNREADABLE] else []
        with Gradebook(place["db_url"]) as gradebook:
            stored = gradebook.find_notebook(place["notebook"], place["assignment"])
            known = {cell.name: _metadata(cell, stored) for cell in stored.source_cells}
            sources = {cell.name: cell.source for cell in stored.source_cells}
        seen: set[str] = set()
        for cell in reversed(nb.cells):  # of a doubled cell the last one counts, as in nbgrader
            claimed = cell.metadata.get("nbgrader")
            name = claimed.get("grade_id") if isinstance(claimed, dict) else None
            tagged = is_analysis(cell)
            cell.metadata = NotebookNode()
            if isinstance(name, str) and name in known and name not in seen:
                seen.add(name)
                cell.metadata.nbgrader = NotebookNode(known[name])
                if not _agrees(claimed, known[name]) or tagged:
                    flags.append(f"metadata_repaired: {name}")
            elif tagged:
                cell.metadata.tags = [ANALYSIS]
            if claimed is not None and "nbgrader" not in cell.metadata:
                flags.append(f"metadata_repaired: {name!r:.100} dropped")
        flags += _add_missing(nb, known, sources, seen)
        kernel = nb.metadata.get("kernelspec")  # the gradebook's, see OverwriteKernelspec
        nb.metadata = NotebookNode({FLAGS: NotebookNode(flags=flags)})
        if kernel:
            nb.metadata.kernelspec = kernel
        return nb, resources


def _metadata(cell: Any, notebook: Any) -> dict[str, Any]:
    points = {grade.name: float(grade.max_score) for grade in notebook.grade_cells}
    solutions = {solution.name for solution in notebook.solution_cells}
    tasks = {task.name for task in notebook.task_cells}
    complete = {
        "cell_type": cell.cell_type,
        "checksum": cell.checksum,
        "grade": cell.name in points,
        "grade_id": cell.name,
        "locked": bool(cell.locked),
        "schema_version": 3,
        "solution": cell.name in solutions,
        "task": cell.name in tasks,
    }
    return {**complete, "points": points[cell.name]} if cell.name in points else complete


def _agrees(claimed: dict, known: dict[str, Any]) -> bool:
    compared = ("grade", "solution", "locked", "schema_version", "points")
    return all(claimed.get(key) == known.get(key) for key in compared)


def _add_missing(
    nb: NotebookNode, known: dict[str, dict], sources: dict[str, str], seen: set[str]
) -> list[str]:
    """Insert grade cells that were deleted, each after the one before it; return flags."""
    flags = []
    order = list(known)
    for name in order:
        if name in seen or not known[name]["grade"]:
            continue
        before = set(order[: order.index(name)])
        present = [n for n, c in enumerate(nb.cells) if _name(c) in before]
        position = max(present) + 1 if present else len(nb.cells)
        cell = nbformat.v4.new_code_cell(sources[name])
        if known[name]["cell_type"] == "markdown":
            cell = nbformat.v4.new_markdown_cell(sources[name])
        cell.metadata.nbgrader = NotebookNode(known[name])
        nb.cells.insert(position, cell)
        flags.append(f"metadata_repaired: {name} was missing")
    return flags


def _name(cell: NotebookNode) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")
