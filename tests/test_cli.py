"""The command line: help with examples, and one line for every error that a user can mend."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from basicdeepnets.cli import main

COMMANDS = ["fetch", "demo", "autograde", "calibrate", "text", "store"]


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


@pytest.mark.parametrize("words", [["--help"], *([c, "--help"] for c in COMMANDS)])
def test_help_has_an_example(words: list[str]) -> None:
    result = run(*words)
    assert result.exit_code == 0
    assert "Example" in result.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["calibrate", "nothing"], "is this the course folder?"),
        (["calibrate", "nothing", "--runs", "5"], "at least 30 runs"),
        (["text", "nothing"], "is this the course folder?"),
        (["store", "nothing"], "run `basicdeepnets text nothing` first"),
        (["demo"], "it has no nbgrader_config.py"),
        (["fetch", "nothing"], "nothing"),
    ],
)
def test_errors_are_one_line(
    words: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*words)
    assert result.exit_code == 1
    assert len(result.output.strip().splitlines()) == 1
    assert message in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_missing_package_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "basicdeepnets.grading.demo", None)
    monkeypatch.chdir(tmp_path)
    result = run("demo")
    assert result.exit_code == 1
    assert "pip install 'basicdeepnets[grading]'" in result.output
