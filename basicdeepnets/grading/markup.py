"""Markup of a submission, made harmless before anybody's browser sees it.

Feedback and formgrader show a student's text and outputs as part of a page. No script may run
there, and nothing may be loaded from elsewhere: that would tell who reads it.
"""

import html
import re
import textwrap

import bleach
from nbconvert.filters import markdown2html
from nbformat import NotebookNode

_TAGS = frozenset(
    [
        "a",
        "b",
        "blockquote",
        "br",
        "caption",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "details",
        "div",
        "dl",
        "dt",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "kbd",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
    ]
)
_PICTURE = re.compile(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*")
_LINK = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)


def clean_html(text: str) -> str:
    """Return HTML without scripts, styles, forms, frames, and pictures from elsewhere."""
    return bleach.clean(
        text,
        tags=_TAGS,
        attributes=_is_allowed,
        protocols={"http", "https", "mailto", "data"},
        strip=True,
        strip_comments=True,
    )


def clean_markdown(text: str) -> str:
    """Return markdown as harmless HTML; formulas are left to MathJax."""
    return clean_html(markdown2html(text))


def message_lines(text: str) -> str:
    """Return a message in lines that fit a printed page and a phone held sideways."""
    return textwrap.fill(text, 76, break_long_words=False)


def clean_output(output: NotebookNode) -> NotebookNode:
    """Make an output of a code cell harmless in place, and return it."""
    data = output.get("data", {})
    if "text/html" in data:
        data["text/html"] = clean_html(data["text/html"])
    if "text/latex" in data:
        data["text/latex"] = html.escape(data["text/latex"], quote=False)
    return output


def _is_allowed(tag: str, name: str, value: str) -> bool:
    if tag == "img" and name == "src":
        return _PICTURE.fullmatch(value) is not None
    if tag == "a" and name == "href":
        return _LINK.match(value) is not None
    # Classes are kept off: a class of the page's own could lay one thing over another.
    return name in {"alt", "title", "align", "colspan", "rowspan", "start"}
