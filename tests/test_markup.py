"""No markup of a submission runs a script or loads anything in a page."""

import re
from html.parser import HTMLParser

import nbformat
import pytest
from conftest import COURSE
from hypothesis import given
from hypothesis import strategies as st
from nbconvert.exporters import HTMLExporter
from traitlets.config import Config, PyFileConfigLoader

from basicdeepnets.grading.markup import clean_html, clean_markdown, clean_output

PIECES = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    '<img src="https://elsewhere.example/a.png">',
    "<svg onload=alert(1)>",
    '<a href="javascript:alert(1)">a</a>',
    '<a href=" JaVaScRiPt:alert(1)">a</a>',
    "[a](javascript:alert(1))",
    "[a](data:text/html,alert)",
    "![a](https://elsewhere.example/a.png)",
    '<iframe src="https://elsewhere.example"></iframe>',
    '<form action="/"><input name="a"><button>b</button></form>',
    "<style>body{display:none}</style>",
    '<div style="position:fixed" class="alert" id="top">a</div>',
    '<base href="https://elsewhere.example">',
    '<meta http-equiv="refresh" content="0;url=https://elsewhere.example">',
    "<math><mtext><script>alert(1)</script></mtext></math>",
    "<!-- <script>alert(1)</script> -->",
    "<<script>script>alert(1)<</script>/script>",
    "```\n</code></pre><script>alert(1)</script>\n```",
    "| a |\n|---|\n| <script>alert(1)</script> |",
    "$x$ <b>",
]


class Finder(HTMLParser):
    """Collects what a browser could run or load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style", "iframe", "form", "svg", "math", "base", "meta", "link"}:
            self.found.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name in {"style", "class", "id"}:
                self.found.append(f"{tag} {name}")
            if name == "src" and not (value or "").startswith("data:image/"):
                self.found.append(f"{tag} {name}={value}")
            if name == "href" and not re.match(r"https?:|mailto:|#", value or ""):
                self.found.append(f"{tag} {name}={value}")


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=20), max_size=5).map("\n".join))
def test_nothing_runs_or_loads(text: str) -> None:
    assert Finder(clean_html(text)).found == []
    assert Finder(clean_markdown(text)).found == []


def test_what_notebooks_need_stays() -> None:
    page = clean_markdown(
        "## Title\n\n| a | b |\n|---|---|\n| *c* | $x_1$ |\n\n[link](https://a.b)"
    )
    for part in ("<h2>", "<table>", "<td><em>c</em></td>", "$x_1$", 'href="https://a.b"'):
        assert part in page
    picture = '<img src="data:image/png;base64,AAAA" alt="p">'
    assert clean_html(picture) == picture


def test_latex_output_is_text() -> None:
    output = nbformat.v4.new_output("display_data", {"text/latex": "$a<b$<script>"})
    assert "<script>" not in clean_output(output).data["text/latex"]


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_the_course_configuration_cleans_text_cells(kind: str) -> None:
    config = Config(PyFileConfigLoader("nbgrader_config.py", path=str(COURSE)).load_config())
    make = nbformat.v4.new_markdown_cell if kind == "markdown" else nbformat.v4.new_raw_cell
    notebook = nbformat.v4.new_notebook(cells=[make("<script>alert('mine')</script> text")])
    page, _ = HTMLExporter(config=config).from_notebook_node(notebook)
    assert "<script>alert('mine')" not in page
