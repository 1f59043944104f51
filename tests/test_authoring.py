"""What an author relies on: the stored form of a master, the text form, files of submissions."""

import ast
from pathlib import Path

import nbformat
import pytest

from basicdeepnets.grading.masters import (
    Master,
    networks,
    normalise,
    read_text,
    write,
    write_text,
)
from basicdeepnets.grading.submissions import fill, read_submission, read_submissions, solve

TEXT = '''# %% [markdown]
# # Doubling

# %% [markdown]
# ## Brief explanation

# %% tags=["analysis"]
print("look")

# %% nbgrader={"grade_id": "double", "solution": true}
def double(x):
    """Return 2 x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% nbgrader={"grade_id": "test_double", "grade": true, "points": 3}
assert double(1) == 2
'''


@pytest.fixture
def course(tmp_path: Path) -> Path:
    text = tmp_path / "build" / "doubling.py"
    text.parent.mkdir()
    text.write_text(TEXT)
    write(read_text(text), tmp_path / "source" / "doubling" / "doubling.ipynb")
    (tmp_path / "tests" / "submissions" / "doubling").mkdir(parents=True)
    return tmp_path


@pytest.fixture
def master(course: Path) -> Master:
    return Master.load("doubling", course)


def test_a_master_comes_from_text(course: Path, master: Master) -> None:
    assert networks(course) == ["doubling"]
    assert list(master.blocks) == ["double"]
    assert master.points == {"double": 3.0}
    ids = [cell.id for cell in master.notebook.cells]
    assert ids == ["top-0", "brief-explanation-0", "brief-explanation-1", "double", "test_double"]
    metadata = master.tests["test_double"].metadata.nbgrader
    assert metadata.locked
    assert metadata.schema_version == 3
    nbformat.validate(master.notebook)


def test_the_stored_form_is_stable(course: Path, master: Master) -> None:
    again = normalise(master.notebook)
    assert again == master.notebook
    write_text(master.notebook, course / "build" / "again.py")
    assert normalise(read_text(course / "build" / "again.py")) == master.notebook


def test_outputs_and_editors_metadata_are_dropped(master: Master) -> None:
    cell = master.notebook.cells[2]
    cell.execution_count, cell.metadata["scrolled"] = 3, True
    cell.outputs = [nbformat.v4.new_output("stream", text="look")]
    clean = normalise(master.notebook).cells[2]
    assert (clean.execution_count, clean.outputs) == (None, [])
    assert clean.metadata == {"tags": ["analysis"]}


def test_an_unknown_master_names_the_known_ones(course: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there are: doubling"):
        Master.load("tripling", course)
    with pytest.raises(FileNotFoundError, match="is this the course folder"):
        Master.load("tripling", course / "build")


def test_a_submission_replaces_blocks(course: Path, master: Master) -> None:
    path = course / "tests" / "submissions" / "doubling" / "mutant_triple.py"
    path.write_text("# Triples.\n# scores: double 0, others full\n\n# %% double\nx = 3\n")
    (submission,) = read_submissions(master, course)
    assert submission.about == "Triples."
    assert submission.scores == {"double": 0.0}
    filled = fill(master.notebook, submission.blocks)
    assert filled.cells[3].source == "x = 3"
    assert master.notebook.cells[3].source == solve(master)["double"]
    ast.parse(filled.cells[3].source)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# Nothing.\n\n# %% double\nx = 3\n", "one line `# scores:"),
        ("# scores: others full\n# %% treble\nx = 3\n", "no block treble"),
        ("# scores: treble 0\n# %% double\nx = 3\n", "no block 'treble'"),
        ("# scores: \n", "no block ''"),
    ],
)
def test_a_bad_submission_file_says_what_is_wrong(
    course: Path, master: Master, text: str, message: str
) -> None:
    path = course / "mutant.py"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_submission(path, master)
