"""Samples of molecules, written as SMILES: ethane is `CC`, benzene is `C1=CC=CC=C1`."""

from __future__ import annotations

import torch

from basicdeepnets.data.archives import read
from basicdeepnets.data.sample import Sample

SHORTEST, LONGEST = 5, 40


def _identifiers(files: dict[str, bytes]) -> dict[str, str]:
    """SMILES of every substance by its CAS number."""
    found = {}
    for name, text in files.items():
        if "pubchem" in name:
            for line in text.decode().split("\n"):
                if line:
                    row = line.split("\t", 5)
                    found[row[1]] = row[4]
    return found


def smiles() -> Sample:
    """Molecules as text.

    Returns
    -------
    Sample
        x list of 51,809 different SMILES strings of 5 to 40 characters, y None.

    Notes
    -----
    Origin: PubChem (National Library of Medicine), public domain, collected in chemicals (MIT).
    """
    everything = _identifiers(read("smiles")).values()
    strings = dict.fromkeys(s for s in everything if SHORTEST <= len(s) <= LONGEST)
    return Sample(
        name="smiles",
        x=list(strings),
        description="Molecules written as SMILES strings of 5 to 40 characters.",
        origin="PubChem, National Library of Medicine; from chemicals 1.5.2",
        licence="public domain (PubChem), the archive: MIT",
    )


def melting_points() -> Sample:
    """Molecules as text, and the temperature at which they melt.

    Returns
    -------
    Sample
        x list of SMILES strings, y float32 in kelvin.

    Notes
    -----
    Origin: Open Notebook Science melting point data, Bradley, Lang and Williams (2014), CC0; SMILES
    from PubChem; both from chemicals (MIT).
    """
    files = read("melting_points")
    string = _identifiers(files)
    rows = [
        line.split("\t")
        for line in files["OpenNotebook Melting Points.tsv"].decode().splitlines()[1:]
    ]
    known = [(string[cas], float(kelvin)) for cas, kelvin in rows if cas in string]
    return Sample(
        name="melting_points",
        x=[s for s, _ in known],
        y=torch.tensor([kelvin for _, kelvin in known]),
        target="melting point [K]",
        description="Organic molecules written as SMILES strings, and their melting points.",
        origin="Open Notebook Science, Bradley, Lang and Williams (2014); SMILES from PubChem; "
        "from chemicals 1.5.2",
        licence="CC0 (melting points), public domain (PubChem), the archive: MIT",
    )
