"""The reference passes its own tests whatever the seed, and an untouched release none of them."""

import pytest
from conftest import COURSE, NETWORKS
from harness import Grader

from basicdeepnets.grading.masters import Master

UNTOUCHED = "raise NotImplementedError"


@pytest.mark.parametrize("network", NETWORKS)
def test_reference_gets_full_marks_under_twenty_seeds(network: str) -> None:
    master = Master.load(network, COURSE)
    grader = Grader(master)
    for seed in range(20):
        assert grader.grade(seed) == master.points, (seed, grader.messages)


@pytest.mark.parametrize("network", NETWORKS)
def test_missing_blocks_get_nothing(network: str) -> None:
    master = Master.load(network, COURSE)
    grader = Grader(master, dict.fromkeys(master.blocks, UNTOUCHED))
    assert grader.grade() == dict.fromkeys(master.points, 0.0)
    for block in master.points:
        assert "Did the cell that defines it run" in grader.messages[f"test_{block}"]
