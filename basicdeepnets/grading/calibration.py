"""Calibration: the reference's own error over seeds, against which `check.no_worse` judges."""

import json
from pathlib import Path

import torch
from tqdm import tqdm

from basicdeepnets import check
from basicdeepnets.grading.masters import Master, is_analysis, is_grade, run_cell, write_whole

CALIBRATION_SEED = 10_000
"""Seeds of the stored runs begin here, so that no test is judged by its own seed."""


def calibrate(network: str, runs: int = 40, course: Path = Path()) -> Path:
    """Run the reference until every statistical check has `runs` errors; store and return the file.

    Only grade cells that call `check.no_worse` run, each time with another ``SEED``.

    Raises
    ------
    ValueError
        If `runs` is less than 30, or the master has no statistical check.
    """
    if runs < 30:
        raise ValueError(f"at least 30 runs are needed for a stable variance, not {runs}")
    master = Master.load(network, course)
    namespace: dict = {"__name__": "__main__"}
    master.run(namespace, lambda cell: not is_analysis(cell) and not is_grade(cell))
    tests = [cell for cell in master.tests.values() if "check.no_worse(" in cell.source]
    if not tests:
        raise ValueError(f"{network} has no grade cell with check.no_worse: nothing to calibrate")
    stored: dict[str, dict[str, list[float]]] = {}
    for test in tests:
        errors: dict[str, list[float]] = {}
        with tqdm(total=runs, desc=test.metadata.nbgrader.grade_id, unit="run") as bar:
            seed = CALIBRATION_SEED
            while bar.n < runs:
                torch.manual_seed(seed)
                namespace["SEED"] = seed
                with check.recording() as records:
                    run_cell(test, namespace)
                for name, found in records.items():
                    errors.setdefault(name, []).extend(found)
                fewest = min(map(len, errors.values()))
                bar.update(min(fewest, runs) - bar.n)
                seed += 100
        for name, found in errors.items():
            stored[name.removeprefix(f"{network}/")] = {"errors": found[:runs]}
    path = Path(check.__file__).parent / "calibration" / f"{network}.json"
    version = torch.__version__.partition("+")[0]
    write_whole(path, json.dumps({"torch": version, "checks": stored}, indent=1) + "\n")
    return path
