"""Samples: what the course's networks learn from, where it comes from, and how it gets here.

Every loader is a function that gives a :class:`Sample`. Most read an archive that is fetched once
(:func:`fetch`); the others are generated or come with an installed package.
"""

from collections.abc import Callable

from basicdeepnets.data.archives import ARCHIVES, Archive, ArchiveError, cache_folder, fetch
from basicdeepnets.data.generated import (
    adding_task,
    arc,
    curve,
    gaussian_mixture_1d,
    noisy_curve,
    planted_keyword,
    reversal,
    ring_of_gaussians,
    swiss,
    two_moons,
    two_spirals,
)
from basicdeepnets.data.graphs import block_model, countries, karate
from basicdeepnets.data.language import (
    dates,
    docstrings,
    place_names,
    pronunciations,
    python_help,
)
from basicdeepnets.data.molecules import melting_points, smiles
from basicdeepnets.data.music import chorales, tunes
from basicdeepnets.data.pictures import digits, faces, icons, mnist5k, scenes, textures
from basicdeepnets.data.sample import Sample
from basicdeepnets.data.series import airline, co2, ecg, lynx, sunspots, vowels
from basicdeepnets.data.spectra import coffee, fermentation, fermentation_online, tecator
from basicdeepnets.data.tables import autompg, breast_cancer, diabetes, engel, fair, iris, wine
from basicdeepnets.data.texts import (
    amazon_snippets,
    movie_snippets,
    nyt_snippets,
    questions,
    sms,
    tweets,
)

_LOADERS: tuple[Callable[..., Sample], ...] = (
    *(autompg, breast_cancer, diabetes, engel, fair, iris, wine),
    *(coffee, fermentation, fermentation_online, tecator),
    *(digits, faces, icons, mnist5k, scenes, textures),
    *(airline, co2, ecg, lynx, sunspots, vowels),
    *(amazon_snippets, movie_snippets, nyt_snippets, questions, sms, tweets),
    *(dates, docstrings, place_names, pronunciations, python_help),
    *(melting_points, smiles),
    *(chorales, tunes),
    *(block_model, countries, karate),
    *(adding_task, arc, gaussian_mixture_1d, noisy_curve, planted_keyword, reversal),
    *(ring_of_gaussians, swiss, two_moons, two_spirals),
)


def loaders() -> dict[str, Callable[..., Sample]]:
    """All loaders by the name of the sample."""
    return {loader.__name__: loader for loader in _LOADERS}


__all__ = [
    "ARCHIVES",
    "Archive",
    "ArchiveError",
    "Sample",
    "cache_folder",
    "curve",
    "fetch",
    "loaders",
]
__all__ += [loader.__name__ for loader in _LOADERS]
