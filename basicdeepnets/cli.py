"""The command ``basicdeepnets``."""

import os

import click

from basicdeepnets.errors import CourseError


class _Commands(click.Group):
    """Turns the errors that a user can mend into one line."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            hint = f"the package {error.name} is missing: pip install 'basicdeepnets[grading]'"
            raise click.ClickException(hint) from None
        except (CourseError, FileNotFoundError, ValueError) as error:
            raise click.ClickException(str(error)) from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Basic deep networks: one autograded notebook for each.

    \b
    Examples:
      basicdeepnets fetch              download the archives of all samples
      basicdeepnets demo               the whole loop on a small class
      basicdeepnets autograde nn       grade a class in parallel
      basicdeepnets calibrate nn       store the reference's error over 40 seeds
    """


@main.command()
@click.argument("names", nargs=-1)
def fetch(names: tuple[str, ...]) -> None:
    """Download the archives of all samples, or of the NAMES given, into the cache folder.

    An interrupted download goes on where it stopped. The folder is BASICDEEPNETS_DATA, if that is
    set.

    \b
    Examples:
      basicdeepnets fetch
      basicdeepnets fetch engel mnist5k
    """
    from basicdeepnets.data import cache_folder
    from basicdeepnets.data import fetch as run

    run(names or None)
    click.echo(f"all archives are in {cache_folder()}")


@main.command()
@click.argument("networks", nargs=-1, required=True, metavar="NETWORK...")
@click.option("--students", metavar="A,B", help="Only these students.")
@click.option("--jobs", type=click.IntRange(1), help="How many at once [default: one a core].")
@click.option("--cluster", metavar="ADDRESS", help="Use the workers of a Dask scheduler.")
@click.option("--force", is_flag=True, help="Grade again what is graded.")
def autograde(
    networks: tuple[str, ...],
    students: str | None,
    jobs: int | None,
    cluster: str | None,
    force: bool,
) -> None:
    """Grade what is new in submitted/ for each NETWORK.

    Does what `nbgrader autograde` does, for the whole class at once. Interrupted at any moment,
    each submission is graded whole or not at all, and the same command goes on. The exit code is
    0 only if everything was graded.

    \b
    Examples:
      basicdeepnets autograde nn cnn
      basicdeepnets autograde nn --students ada,bob --force
      basicdeepnets autograde nn --cluster tcp://10.0.0.1:8786
    """
    from pathlib import Path

    from basicdeepnets.grading.course import Course
    from basicdeepnets.grading.pool import pool

    room = Course(Path()).classroom()
    chosen = room.choose(networks, students.split(",") if students else None)
    try:
        table = room.grade(chosen, pool(jobs, cluster), force)
    except KeyboardInterrupt:
        click.echo("\nstopped: what was graded is recorded, the same command goes on", err=True)
        # What is being examined could take minutes; it ends with this process.
        os._exit(130)
    for submission, reason in room.failures.items():
        click.echo(f"not graded: {submission.student}, {submission.network}: {reason}", err=True)
    click.echo(f"\n{table.to_string(na_rep='-')}")
    if room.failures or room.lost:
        raise SystemExit(1)


@main.command()
@click.argument("network")
@click.option("--runs", default=40, show_default=True, help="Reference runs, at least 30.")
def calibrate(network: str, runs: int) -> None:
    """Store the reference's error over seeds, against which the tests judge.

    \b
    Example:
      basicdeepnets calibrate nn
    """
    from basicdeepnets.grading.calibration import calibrate as run

    click.echo(f"wrote {run(network, runs)}")


@main.command()
@click.argument("network")
def text(network: str) -> None:
    """Write a master as text (py:percent) to build/NETWORK.py, for an editor.

    \b
    Example:
      basicdeepnets text nn
    """
    from basicdeepnets.grading.masters import Master, text_path, write_text

    write_text(Master.load(network).notebook, text_path(network))
    click.echo(f"wrote {text_path(network)}; `basicdeepnets store {network}` puts it back")


@main.command()
@click.argument("network")
def store(network: str) -> None:
    """Make build/NETWORK.py the master of its network, in the stored form.

    \b
    Example:
      basicdeepnets store nn
    """
    from basicdeepnets.grading.masters import master_path, read_text, text_path, write

    try:
        write(read_text(text_path(network)), master_path(network))
    except FileNotFoundError:
        hint = f"no {text_path(network)}: run `basicdeepnets text {network}` first"
        raise click.ClickException(hint) from None
    click.echo(f"wrote {master_path(network)}")


@main.command()
def demo() -> None:
    """Run the whole loop on a small class in build/demo: release, submit, autograde, feedback.

    \b
    Example:
      basicdeepnets demo
    """
    from basicdeepnets.grading.demo import demo as run

    folder, table = run()
    click.echo(f"\n{table.to_string()}\n")
    click.echo(f"releases  {folder}/release\nfeedback  {folder}/feedback")
    click.echo(f"gradebook {folder}/gradebook/gradebook.db")
    click.echo(
        f"To look at it in the browser: cd {folder} && jupyter lab, then Nbgrader, Formgrader"
    )


if __name__ == "__main__":
    main()
