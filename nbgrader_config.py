"""nbgrader's configuration of this course; the stock commands read it from the course folder."""

from pathlib import Path

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    GetGrades,
    OverwriteCells,
    OverwriteKernelspec,
)

from basicdeepnets.grading.feedback import HideTests
from basicdeepnets.grading.sanitise import Sanitise

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

# Seconds a cell; the slowest grade cell of the reference takes less than a tenth of that.
c.Execute.timeout = 60
c.Execute.startup_timeout = 120
# Cells that only explore are for the reader; Sanitise keeps the tag off grade cells.
c.Execute.skip_cells_with_tag = "analysis"
c.Execute.extra_arguments = ["--HistoryManager.hist_file=:memory:", "--log-level=ERROR"]
c.LimitOutput.max_lines = 500
c.LimitOutput.max_traceback = 50

c.Autograde.sanitize_preprocessors = [
    ClearOutput,
    DeduplicateIds,
    OverwriteKernelspec,
    Sanitise,
    OverwriteCells,
    CheckCellMetadata,
]
c.OverwriteCells.add_missing_cells = True
c.GenerateFeedback.preprocessors = [GetGrades, HideTests, CSSHTMLHeaderPreprocessor]
