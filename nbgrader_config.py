"""nbgrader's configuration of this course; the stock commands read it from the course folder."""

from pathlib import Path

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    GetGrades,
    LimitOutput,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)

from basicdeepnets.grading.execute import SandboxExecute
from basicdeepnets.grading.feedback import HideTests
from basicdeepnets.grading.markup import clean_markdown
from basicdeepnets.grading.sanitise import ReadSubmission, Sanitise

course = Path(__file__).parent.resolve()
(course / "gradebook").mkdir(exist_ok=True)
c = get_config()  # noqa: F821  (nbgrader defines it)

c.CourseDirectory.course_id = "basicdeepnets"
c.CourseDirectory.root = str(course)
c.CourseDirectory.db_url = f"sqlite:///{course / 'gradebook' / 'gradebook.db'}"
c.Exchange.path_includes_course = True

# The first cell of every release: one thread, fixed seeds.
c.IncludeHeaderFooter.header = str(course / "source" / "header.ipynb")
c.ClearSolutions.code_stub = {
    "python": "# TODO: replace the next line by your code\nraise NotImplementedError"
}

# Validation, on the student's side: cells that only explore are skipped, as in grading.
c.Execute.timeout = 60
c.Execute.startup_timeout = 120
c.Execute.skip_cells_with_tag = "analysis"
c.Execute.extra_arguments = ["--HistoryManager.hist_file=:memory:", "--log-level=ERROR"]

# Grading: any notebook can be read, nothing that it says about itself counts, and its code runs in
# a sandbox. Limits and their defaults: see SandboxExecute. Sanitise also puts missing cells back
# (OverwriteCells.add_missing_cells must stay off: it fails where a solution cell is missing too).
c.Autograde.exporter_class = ReadSubmission
c.Autograde.sanitize_preprocessors = [
    OverwriteKernelspec,
    Sanitise,
    OverwriteCells,
    CheckCellMetadata,
]
c.Autograde.autograde_preprocessors = [
    SandboxExecute,
    LimitOutput,
    SaveAutoGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]
c.LimitOutput.max_lines = 500
c.LimitOutput.max_traceback = 50

# Feedback and formgrader: no markup of a submission runs or loads anything in a page.
c.HTMLExporter.filters = {"markdown2html": clean_markdown}
c.HTMLExporter.exclude_raw = True
c.GenerateFeedback.preprocessors = [GetGrades, HideTests, CSSHTMLHeaderPreprocessor]
