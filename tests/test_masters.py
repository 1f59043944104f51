"""The structure of every master: what a reader and nbgrader rely on."""

import ast
import builtins
import re
from pathlib import Path

import nbclient
import nbformat
import pytest
from conftest import COURSE, NETWORKS
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions
from traitlets.config import PyFileConfigLoader

from basicdeepnets import data
from basicdeepnets.grading.masters import (
    SECTIONS,
    Master,
    is_analysis,
    is_grade,
    is_solution,
    master_path,
    networks,
    normalise,
)

pytestmark = pytest.mark.parametrize("network", NETWORKS)


@pytest.fixture
def master(network: str) -> Master:
    return Master.load(network, COURSE)


def code_cells(master: Master) -> list[NotebookNode]:
    return [cell for cell in master.notebook.cells if cell.cell_type == "code"]


def is_given(cell: NotebookNode) -> bool:
    return not (is_solution(cell) or is_grade(cell) or is_analysis(cell))


def text(master: Master) -> str:
    return "\n".join(c.source for c in master.notebook.cells if c.cell_type == "markdown")


def section(master: Master, name: str) -> list[NotebookNode]:
    chosen, inside = [], False
    for cell in master.notebook.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            inside = cell.source.splitlines()[0] == f"## {name}"
        if inside:
            chosen.append(cell)
    return chosen


def assigned(tree: ast.AST) -> set[str]:
    """All names that a piece of code binds, at any depth."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
    return names


def read(tree: ast.AST) -> set[str]:
    """All names that a piece of code reads."""
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def solution_lines(cell: NotebookNode) -> list[str]:
    regions = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", cell.source, re.DOTALL)
    return [line for region in regions for line in region.splitlines() if line.strip()]


def test_sections_stand_in_order(master: Master) -> None:
    assert master.notebook.cells[0].source.startswith("# ")
    assert tuple(re.findall(r"^## (.+)$", text(master), re.MULTILINE)) == SECTIONS
    assert "### Change it" in text(master)


def test_length(master: Master) -> None:
    assert 30 <= len(master.notebook.cells) <= 50
    words = re.findall(r"[A-Za-z]{2,}", re.sub(r"\$.*?\$|\]\(.*?\)|`.*?`", "", text(master)))
    assert 800 <= len(words) <= 1700


def test_every_block_is_followed_by_its_tests(master: Master) -> None:
    cells = master.notebook.cells
    assert 4 <= len(master.blocks) <= 7
    for position, cell in enumerate(cells):
        if is_solution(cell):
            name = cell.metadata.nbgrader.grade_id
            after = cells[position + 1]
            assert is_grade(after)
            assert after.metadata.nbgrader.grade_id == f"test_{name}"
    ids = [c.metadata.nbgrader.grade_id for c in cells if "nbgrader" in c.metadata]
    assert len(ids) == len(set(ids))
    assert len(master.tests) == len(master.blocks)
    assert sum(master.points.values()) == 20


def test_blocks_are_documented_and_short(master: Master) -> None:
    for name, cell in master.blocks.items():
        (definition,) = ast.parse(cell.source).body
        assert isinstance(definition, ast.FunctionDef | ast.ClassDef)
        assert definition.name == name
        documentation = ast.get_docstring(definition)
        assert documentation, f"{name} has no docstring"
        assert ">>>" in documentation, f"{name} has no worked example"
        if "Tensor" in cell.source.partition('"""')[0]:
            assert re.search(r"\([A-Za-z0-9_.]+,", documentation), f"{name} gives no shapes"
        assert 1 <= len(solution_lines(cell)) <= 20, f"{name} is too long"
        if isinstance(definition, ast.FunctionDef):
            assert definition.returns, f"{name} does not say what it returns"


def test_stubs_are_valid_python(master: Master) -> None:
    config = PyFileConfigLoader("nbgrader_config.py", path=str(COURSE)).load_config()
    clear = ClearSolutions(config=config)
    release, _ = clear.preprocess(normalise(master.notebook), {})
    for cell in release.cells:
        if is_solution(cell):
            assert "NotImplementedError" in cell.source
            assert "SOLUTION" not in cell.source
            ast.parse(cell.source)


def test_blocks_need_only_what_is_given(master: Master) -> None:
    given = set(dir(builtins))
    for cell in code_cells(master):
        tree = ast.parse(cell.source)
        if is_solution(cell):
            own = assigned(tree)
            strange = read(tree) - given - own
            assert not strange, f"{cell.metadata.nbgrader.grade_id} uses {strange}"
        elif is_given(cell):
            given |= assigned(tree)


def test_given_cells_use_no_block(master: Master) -> None:
    for cell in filter(is_given, code_cells(master)):
        used = read(ast.parse(cell.source)) & set(master.blocks)
        assert not used, f"a given cell uses {used}: tag it as analysis"


def test_nothing_reads_what_tests_leave_behind(master: Master) -> None:
    left: set[str] = set()
    for cell in code_cells(master):
        tree = ast.parse(cell.source)
        if is_grade(cell):
            for statement in tree.body:
                if not isinstance(statement, ast.FunctionDef | ast.ClassDef):
                    left |= assigned(statement)
                else:
                    left.add(statement.name)
        else:
            left -= assigned(tree)
            found = read(tree) & left - set(master.blocks)
            assert not found, f"a cell reads {found}, which only a test has assigned"


def test_grade_cells(master: Master) -> None:
    for name, cell in master.tests.items():
        visible, marker, rest = cell.source.partition("### BEGIN HIDDEN TESTS\n")
        hidden, end, after = rest.partition("### END HIDDEN TESTS")
        assert "check." in visible, f"{name} has no visible test"
        assert marker, f"{name} has no hidden test"
        assert "check." in hidden, f"{name} has no hidden test"
        assert end, f"{name} does not close its hidden tests"
        assert not after.strip(), f"{name} has code after its hidden tests"
        ast.parse(visible)
        last = ast.parse(cell.source).body[-1]
        if isinstance(last, ast.Expr):  # an expression's value would be taken for the score
            assert ast.unparse(last).startswith("check."), f"{name} must end in a statement"
        assert cell.metadata.nbgrader.locked


def test_samples_and_configuration(master: Master) -> None:
    given = [c.source for c in code_cells(master) if is_given(c)]
    everything = "\n".join(c.source for c in code_cells(master))
    used = set(re.findall(r"\bdata\.([a-z_0-9]+)\(", everything)) & set(dir(data))
    assert len(used - {"fetch"}) >= 2, "at least two samples"
    assert "data." in "\n".join(c.source for c in section(master, "Data loading"))
    configuration = "\n".join(c.source for c in section(master, "Initial configuration"))
    assert re.search(r"^SEED = 0$", configuration, re.MULTILINE)
    assert re.search(r"^DEVICE = ", configuration, re.MULTILINE)
    assert "torch.manual_seed(SEED)" in "\n".join(given)


def test_links(master: Master) -> None:
    links = "\n".join(cell.source for cell in section(master, "Links"))
    assert len(re.findall(r"\]\(https://[^)]+\)", links)) >= 4


def test_stored_form(master: Master, network: str) -> None:
    path = master_path(network, COURSE)
    assert path.read_text() == nbformat.writes(normalise(master.notebook)) + "\n"
    assert [p.name for p in path.parent.iterdir() if p.name != ".ipynb_checkpoints"] == [path.name]
    for cell in master.notebook.cells:
        assert set(cell.metadata) <= {"nbgrader", "tags"}
        assert cell.metadata.get("tags", ["analysis"]) == ["analysis"]


def test_runs_from_top_to_bottom(master: Master, tmp_path: Path) -> None:
    notebook = nbformat.from_dict(master.notebook)
    client = nbclient.NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()  # raises if a cell fails
    for cell in code_cells(Master(master.name, notebook)):
        for output in cell.outputs:
            assert output.get("name") != "stderr", f"{cell.id} warns: {output.text}"


def test_networks_are_found(network: str) -> None:
    assert network in networks(COURSE)
