"""The whole loop on a small class, in a course folder of its own under ``build/``."""

import os
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from basicdeepnets.data import fetch
from basicdeepnets.grading.course import Course
from basicdeepnets.grading.masters import Master, networks
from basicdeepnets.grading.submissions import fill, read_submissions, solve

CRASH = "raise RuntimeError('this cell crashes')"


def demo(course: Path = Path(), jobs: int | None = None) -> tuple[Path, pd.DataFrame]:
    """Release every master, build a class of eight, grade it, write feedback.

    The real course folder is only read; everything happens in ``build/demo/``.

    Returns
    -------
    folder : path
        The demo's course folder.
    table : DataFrame
        Points of every student (rows) in every network (columns).
    """
    demo_course = Course.copy(course, course / "build" / "demo")
    fetch()
    submissions = []
    for network in tqdm(networks(course), desc="generating"):
        release = demo_course.generate(network)
        for student, blocks in class_of(Master.load(network, course), course).items():
            demo_course.submit(fill(release, blocks), network, student)
            submissions.append((network, student))
    demo_course.autograde(submissions, jobs)
    demo_course.feedback(submissions, jobs or os.cpu_count() or 1)
    scores = demo_course.scores()
    table = scores.pivot_table(index="student", columns="network", values="score", aggfunc="sum")
    maximum = scores.groupby(["network", "block"])["points"].first().groupby("network").sum()
    table.loc["(maximum)"] = maximum
    return demo_course.folder, table


def class_of(master: Master, course: Path = Path()) -> dict[str, dict[str, str]]:
    """Return what each of eight typical students wrote into the solution cells."""
    solution = solve(master)
    names = list(solution)
    wrong = [s for s in read_submissions(master, course) if s.name.startswith("mutant")]
    spread = wrong[:: max(1, len(wrong) // 4)][:4]  # four mistakes from all over the notebook
    return {
        "ada_right": solution,
        **{f"{n}_wrong": {**solution, **w.blocks} for n, w in zip("bcde", spread, strict=False)},
        "fay_half": {name: solution[name] for name in names[: len(names) // 2]},
        "gus_untouched": {},
        "hal_crashes": {**solution, names[1]: CRASH},
    }
