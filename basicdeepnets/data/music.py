"""Samples of melodies: a melody is a list of (pitch, length).

A pitch is a MIDI number (60 is the middle C, 61 a semitone above) or None for a rest; a length is
in quarter notes. A tied note is one note. Grace notes, repeats and everything but the melody are
left out.
"""

from __future__ import annotations

import io
import itertools
import re
import zipfile
from fractions import Fraction
from xml.etree import ElementTree

import torch

from basicdeepnets.data.archives import read
from basicdeepnets.data.sample import Sample

Melody = list[tuple[int | None, float]]

_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def chorales() -> Sample:
    """The upper parts of 408 chorales of Johann Sebastian Bach.

    Returns
    -------
    Sample
        x list of 408 melodies, y None. Settings of one tune (the same first eight intervals) are a
        group.

    Notes
    -----
    Origin: J. S. Bach (music in the public domain), most encoded by Margaret Greentree; from
    music21.
    """
    melodies = [_melody(_first_part(packed)) for packed in read("chorales").values()]
    return Sample(
        name="chorales",
        x=melodies,
        description="The upper part, mostly soprano, of chorales of J. S. Bach, as (MIDI pitch or "
        "None for a rest, length in quarter notes).",
        origin="J. S. Bach, most encoded by Margaret Greentree; from music21 10.5.1",
        licence="music in the public domain; encodings distributed with permission in music21",
        groups=_same_opening(melodies),
    )


def _first_part(packed: bytes) -> ElementTree.Element:
    """The first part of the score in a compressed MusicXML file."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        container = ElementTree.fromstring(archive.read("META-INF/container.xml"))
        root = container.find(".//{*}rootfile")
        if root is None:
            raise ValueError("a MusicXML file without a score")
        score = archive.read(root.attrib["full-path"])
    # Cutting out one part of four or more before parsing saves most of the time.
    end = b"</part>"
    return ElementTree.fromstring(score[score.index(b"<part ") : score.index(end) + len(end)])


def _melody(part: ElementTree.Element) -> Melody:
    melody: Melody = []
    quarter, voice, tied = 1, None, False
    for measure in part.iterfind("measure"):
        for element in measure:
            quarter = int(element.findtext("divisions", str(quarter)))
            # A second note of a chord, a grace note and a second voice are no part of the melody.
            if element.tag != "note" or any(
                element.find(t) is not None for t in ("chord", "grace")
            ):
                continue
            voice = voice or element.findtext("voice")
            if element.findtext("voice") != voice:
                continue
            length = int(element.findtext("duration", "0")) / quarter
            pitch = element.find("pitch")
            number = None
            if pitch is not None:
                step = _SEMITONES[pitch.findtext("step", "")]
                alter, octave = (int(pitch.findtext(t, "0")) for t in ("alter", "octave"))
                number = 12 * (octave + 1) + step + alter
            _append(melody, number, length, tied)
            tied = any(tie.get("type") == "start" for tie in element.iterfind("tie"))
    return melody


def _append(melody: Melody, pitch: int | None, length: float, tied: bool) -> None:
    if tied and melody and melody[-1][0] == pitch:
        melody[-1] = (pitch, melody[-1][1] + length)
    elif length > 0:
        melody.append((pitch, length))


def _same_opening(melodies: list[Melody]) -> torch.Tensor:
    """A number for each melody; equal for those whose first eight intervals are the same."""
    numbers: dict[tuple[int, ...], int] = {}
    groups = []
    for melody in melodies:
        pitches = [pitch for pitch, _ in melody if pitch is not None][:9]
        steps = tuple(b - a for a, b in itertools.pairwise(pitches))
        groups.append(numbers.setdefault(steps, len(numbers)))
    return torch.tensor(groups)


# --------------------------------------------------------------------------------------------
# ABC, a notation of tunes as text


def tunes(text: bool = False) -> Sample:
    """2009 Irish tunes.

    Parameters
    ----------
    text : bool
        True: each tune as it is written in ABC notation, a str. False: as a melody.

    Returns
    -------
    Sample
        x list of 2009 melodies or texts, y None. Settings of one tune (the same first eight
        intervals) are a group.

    Notes
    -----
    Origin: Francis O'Neill, Music of Ireland, 1850 melodies (1903, public domain), written down in
    ABC by volunteers; from music21.
    """
    everything = "\n".join(file.decode(errors="replace") for file in read("tunes").values())
    everything = everything.replace("\r", "")
    pieces = [f"X:{piece.strip()}" for piece in re.split(r"^X:", everything, flags=re.M)[1:]]
    melodies = [_abc_melody(piece) for piece in pieces]
    return Sample(
        name="tunes",
        x=pieces if text else melodies,
        description="Irish dances and airs, "
        + (
            "in ABC notation."
            if text
            else "as (MIDI pitch or None for a rest, length in quarter notes)."
        ),
        origin="Francis O'Neill, Music of Ireland (1903), in ABC by volunteers; from music21 "
        "10.5.1",
        licence="music in the public domain; encodings distributed with permission in music21",
        groups=_same_opening(melodies),
    )


_SHARPS = {"C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5, "F": -1}
_MODES = {"": 0, "maj": 0, "ion": 0, "mix": -1, "dor": -2, "m": -3, "min": -3, "aeo": -3}
_MODES |= {"phr": -4, "loc": -5, "lyd": 1}
_ACCIDENTAL = {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}
# In the time of how many notes a group of so many is played.
_TUPLET = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}

_SKIPPED = re.compile(r'"[^"]*"|\{[^}]*\}|![^!|]*!|%.*')
_FIELD = re.compile(r"^([A-Z]):(?![|:])(.*)$")
_TOKEN = re.compile(
    r"(?P<bar>\|)|\((?P<tuplet>\d)|(?P<broken>[<>]+)|(?P<tie>-)|(?P<chord>\[(?=[^\]|:]*[A-Ga-g]))|(?P<end>\])"
    r"|(?P<accidental>\^\^|\^|__|_|=)?(?P<note>[A-Ga-gz])(?P<octave>[,']*)(?P<times>\d*)(?P<over>/*\d*)"
)


def _abc_melody(piece: str) -> Melody:
    melody: Melody = []
    unit, key = Fraction(1, 8), dict.fromkeys("ABCDEFG", 0)
    # What the next note meets: a change of the bar, a broken rhythm, a tuplet, a tie, a chord.
    local: dict[str, int] = {}
    factor, left, ratio, tied, chord = Fraction(1), 0, Fraction(1), False, 0
    for line in piece.splitlines():
        field = _FIELD.match(line)
        if field:
            name, value = field[1], field[2].strip()
            if name == "L":
                unit = Fraction(value)
            elif name == "K":
                key = _abc_key(value)
            continue
        for token in _TOKEN.finditer(_SKIPPED.sub("", line)):
            if token["bar"]:
                local = {}
            elif token["tuplet"]:
                left = int(token["tuplet"])
                ratio = Fraction(_TUPLET.get(left, 2), left)
            elif token["broken"]:
                # a>b: the first note is half as long again, the second half as long.
                short = Fraction(1, 2 ** len(token["broken"]))
                first, factor = 2 - short, short
                if token["broken"][0] == "<":
                    first, factor = factor, first
                if melody:
                    melody[-1] = (melody[-1][0], melody[-1][1] * float(first))
            elif token["tie"]:
                tied = True
            elif token["chord"]:
                chord = 1
            elif token["end"]:
                chord = 0
            elif chord == 2:  # of a chord, the first note is taken
                continue
            else:
                length = unit * 4 * factor * (ratio if left else 1)
                length *= int(token["times"] or 1)
                if token["over"]:
                    divisor = token["over"].lstrip("/")
                    length /= int(divisor) if divisor else 2 ** len(token["over"])
                pitch = None
                if token["note"] != "z":
                    letter = token["note"].upper()
                    octave = token["octave"].count("'") - token["octave"].count(",")
                    if token["accidental"]:
                        local[token["note"] + token["octave"]] = _ACCIDENTAL[token["accidental"]]
                    pitch = 60 + 12 * (octave + token["note"].islower()) + _SEMITONES[letter]
                    pitch += local.get(token["note"] + token["octave"], key[letter])
                _append(melody, pitch, float(length), tied)
                left, factor, tied, chord = max(left - 1, 0), Fraction(1), False, 2 * chord
    return melody


def _abc_key(value: str) -> dict[str, int]:
    """Semitones that each letter is moved by in a key such as G, F#m or Dmix."""
    parts = re.match(r"([A-G])([#b]?)\s*([A-Za-z]*)", value)
    if not parts:
        return dict.fromkeys("ABCDEFG", 0)
    sharps = _SHARPS[parts[1]] + {"#": 7, "b": -7, "": 0}[parts[2]]
    sharps += _MODES.get(parts[3].lower()[:3], 0)
    order = "FCGDAEB"
    changed = order[:sharps] if sharps > 0 else order[::-1][:-sharps]
    return {letter: (1 if sharps > 0 else -1) * (letter in changed) for letter in "ABCDEFG"}
