"""Feedback: what a student may see of a graded submission."""

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests

from basicdeepnets.grading.markup import message_lines
from basicdeepnets.grading.masters import is_grade

HIDDEN = "the tests could not judge what your code gave back: compare it with the docstring"


class HideTests(ClearHiddenTests):
    """Take hidden tests out of the page, and the lines of a test out of its error.

    The message of a failed check stays: it is the hint.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict, cell_index: int
    ) -> tuple[NotebookNode, dict]:
        """Clean one cell in place."""
        if not is_grade(cell):  # a delimiter typed by a student must not stop the feedback
            return cell, resources
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if cell.cell_type == "code":
            cell.outputs = [_message(o) if o.output_type == "error" else o for o in cell.outputs]
        return cell, resources


def _message(error: NotebookNode) -> NotebookNode:
    known = error.ename in ("CheckError", "SubmissionError")
    text = f"{error.ename}: {error.evalue}" if known and error.evalue else HIDDEN
    return nbformat.v4.new_output(
        "error", ename=error.ename, evalue=text, traceback=[message_lines(text)]
    )
