"""What all tests share: one thread, no screen, the course folder, the kill matrix at the end."""

import os
from pathlib import Path

import pytest

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["MPLBACKEND"] = "Agg"

from basicdeepnets.grading.masters import networks

COURSE = Path(__file__).parent.parent
NETWORKS = networks(COURSE)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the tests of the masters recorded, also where they ran in several processes."""
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    for report in reports:
        for title, text in report.user_properties:
            terminalreporter.section(title)
            terminalreporter.write_line(text)
