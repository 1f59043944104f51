"""Tests of the tests: every mutant and alternative gets exactly the score that it states.

Graded by the real autograder, one class a network. An untouched release gets nothing.
"""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from conftest import COURSE, NETWORKS

from basicdeepnets.grading.course import Course
from basicdeepnets.grading.masters import Master
from basicdeepnets.grading.submissions import Submission, fill, read_submissions, solve

UNTOUCHED = "untouched"
REFERENCE = "reference"


@pytest.mark.parametrize("network", NETWORKS)
def test_every_submission_gets_its_score(
    network: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    master = Master.load(network, COURSE)
    submissions = read_submissions(master, COURSE)
    kinds = pd.Series([s.name.partition("_")[0] for s in submissions]).value_counts()
    assert kinds["mutant"] >= 8
    assert kinds["alternative"] >= 3
    assert set(kinds.index) == {"mutant", "alternative"}
    submissions.append(Submission(REFERENCE, "the master itself", dict(master.points), {}))
    nothing = dict.fromkeys(master.points, 0.0)
    submissions.append(Submission(UNTOUCHED, "the release as it comes", nothing, {}))

    course = Course.copy(COURSE, tmp_path / "course", [network])
    release = course.generate(network)
    for submission in submissions:
        reference = {} if submission.name == UNTOUCHED else solve(master)
        filled = fill(release, {**reference, **submission.blocks})
        course.submit(filled, network, submission.name)
    course.autograde((network, s.name) for s in submissions)

    found = course.scores().pivot(index="student", columns="block", values="score")
    stated = pd.DataFrame({s.name: s.scores for s in submissions}).T
    found = found.loc[stated.index, stated.columns]
    record_property(f"kill matrix of {network} (points of each block)", _matrix(found, master))
    wrong = (found - stated).abs().sum(axis=1)
    assert not wrong.any(), f"not as stated: {list(wrong[wrong > 0].index)}\n{found[wrong > 0]}"


def _matrix(found: pd.DataFrame, master: Master) -> str:
    """Show the points, a dot for full marks."""
    shown = found.map(lambda score: f"{score:g}")
    return shown.where(found != pd.Series(master.points), ".").to_string()


@pytest.mark.parametrize("network", NETWORKS)
def test_every_block_is_broken_by_a_mutant(network: str) -> None:
    master = Master.load(network, COURSE)
    broken = {
        block
        for submission in read_submissions(master, COURSE)
        for block, score in submission.scores.items()
        if score < master.points[block]
    }
    assert broken == set(master.points)
