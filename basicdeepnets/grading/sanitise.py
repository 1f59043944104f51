"""Sanitising: what a submission says about itself is dropped before it is executed."""

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from basicdeepnets.grading.masters import ANALYSIS, is_analysis, is_grade, is_solution


class Sanitise(NbGraderPreprocessor):
    """Keep only nbgrader's metadata on every cell, and the tag of cells that only explore.

    A grade or solution cell keeps no tag at all: a tag that makes the executor skip a grade cell
    would earn its points.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict, cell_index: int
    ) -> tuple[NotebookNode, dict]:
        """Clean one cell in place."""
        kept = {name: cell.metadata[name] for name in ("nbgrader",) if name in cell.metadata}
        if is_analysis(cell) and not (is_grade(cell) or is_solution(cell)):
            kept["tags"] = [ANALYSIS]
        cell.metadata = NotebookNode(kept)
        return cell, resources
