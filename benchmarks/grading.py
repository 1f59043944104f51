"""What grading a class costs, side by side in one run: see README.md in this folder."""

import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import click
import pandas as pd
import torch
from tqdm import tqdm

from basicdeepnets.grading.course import Course
from basicdeepnets.grading.masters import Master
from basicdeepnets.grading.submissions import fill, read_submissions, solve

COURSE = Path(__file__).resolve().parent.parent
STOCK = """
from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader.preprocessors import (
    ClearOutput, DeduplicateIds, Execute, IgnorePattern, OverwriteCells, OverwriteKernelspec
)
from nbconvert.exporters import NotebookExporter
c.Autograde.exporter_class = NotebookExporter
c.Autograde.sanitize_preprocessors = [
    ClearOutput, DeduplicateIds, OverwriteKernelspec, OverwriteCells, CheckCellMetadata
]
c.Autograde.autograde_preprocessors = [
    Execute, IgnorePattern, ClearMetadataPreprocessor, LimitOutput, SaveAutoGrades,
    AssignLatePenalties, CheckCellMetadata
]
c.Execute.timeout = 600
"""
WHOLE = STOCK + 'c.Execute.skip_cells_with_tag = "skip-execution"\n'


def nbgrader(course: Course, network: str) -> None:
    """Grade the class by the stock command."""
    command = [sys.executable, "-m", "nbgrader", "autograde", network, "--force"]
    subprocess.run(command, cwd=course.folder, check=True, capture_output=True)


def ours(course: Course, network: str, jobs: int) -> None:
    """Grade the class by ``basicdeepnets autograde``, in a process of its own."""
    command = [sys.executable, "-m", "basicdeepnets.cli", "autograde", network, "--force"]
    command += ["--jobs", str(jobs)]
    subprocess.run(command, cwd=course.folder, check=True, capture_output=True)


def dask(course: Course, network: str, workers: int) -> None:
    """Grade the class on a Dask cluster of this machine; its start counts too."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster:
        command = [sys.executable, "-m", "basicdeepnets.cli", "autograde", network, "--force"]
        command += ["--cluster", cluster.scheduler_address]
        subprocess.run(command, cwd=course.folder, check=True, capture_output=True)


@click.command()
@click.option("--network", default="nn", show_default=True)
@click.option("--submissions", "number", default=40, show_default=True, help="Size of the class.")
@click.option("--stock", default=40, show_default=True, help="How many of them stock grades.")
def main(number: int, network: str, stock: int) -> None:
    """Time stock nbgrader and this course's grader on the same submissions."""
    master = Master.load(network, COURSE)
    known = read_submissions(master, COURSE)
    cores = os.cpu_count() or 1
    ways = {
        "stock nbgrader": (WHOLE, nbgrader, stock),
        "stock, analysis cells skipped": (STOCK, nbgrader, stock),
        "basicdeepnets, 1 job": ("", lambda c, n: ours(c, n, 1), number),
        f"basicdeepnets, {cores} jobs": ("", lambda c, n: ours(c, n, cores), number),
        f"basicdeepnets, Dask, {cores} workers": ("", lambda c, n: dask(c, n, cores), number),
    }
    rows = {}
    for name, (extra, grade, size) in tqdm(ways.items(), unit="way"):
        if not size:
            continue
        with tempfile.TemporaryDirectory() as folder:
            course = Course.copy(COURSE, Path(folder) / "course", [network])
            release = course.generate(network)
            for k in range(size):
                blocks = {**solve(master), **known[k % len(known)].blocks}
                course.submit(fill(release, blocks), network, f"student{k:03}")
            with (course.folder / "nbgrader_config.py").open("a") as config:
                config.write(extra)
            began = time.perf_counter()
            grade(course, network)
            seconds = time.perf_counter() - began
            graded = course.scores()["student"].nunique()
            rows[name] = {"submissions": graded, "seconds": seconds, "each": seconds / size}
    table = pd.DataFrame(rows).T
    base = table["each"].iloc[0]
    table["times faster"] = base / table["each"]
    packages = ", ".join(f"{p} {version(p)}" for p in ("nbgrader", "ipykernel", "distributed"))
    print(f"\n{network}, {cores} cores, {platform.machine()}, Python {platform.python_version()}")
    print(f"torch {torch.__version__}, {packages}\n\n{table.round(2).to_string()}")


if __name__ == "__main__":
    main()
