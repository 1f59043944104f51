"""Samples that are one graph each: objects are nodes, `adjacency` (N, N) holds the edges.

There is nothing measured on a node: x is the identity matrix. Split the nodes with `split_indices`,
which keeps the graph whole; `split` would cut the edges between the two parts.
"""

from __future__ import annotations

import json
from typing import Any

import torch

from basicdeepnets.data.archives import read
from basicdeepnets.data.sample import Sample


def _graph(
    name: str, nodes: tuple[str, ...], edges: list[tuple[int, int]], y: torch.Tensor, **text: Any
) -> Sample:
    adjacency = torch.zeros(len(nodes), len(nodes))
    for i, j in edges:
        adjacency[i, j] = adjacency[j, i] = 1
    return Sample(
        name=name, x=torch.eye(len(nodes)), y=y, features=nodes, adjacency=adjacency, **text
    )


def karate() -> Sample:
    """34 members of a karate club that broke in two, and who met whom.

    Returns
    -------
    Sample
        x (34, 34) identity, y (34,) the part that a member joined (17 and 17), adjacency with 78
        edges.

    Notes
    -----
    Origin: Zachary (1977), An information flow model for conflict and fission in small groups. From
    networkx.
    """
    import networkx

    graph = networkx.karate_club_graph()
    classes = ("Mr. Hi", "Officer")
    return _graph(
        "karate",
        tuple(f"member {node}" for node in graph),
        list(graph.edges),
        torch.tensor([classes.index(club) for _, club in graph.nodes(data="club")]),
        classes=classes,
        target="part of the club",
        description="Members of a karate club and who met whom outside it. After a quarrel the "
        "club broke into two; y says who went where.",
        origin="Zachary (1977); from networkx",
        licence="published facts, no licence stated; distributed with networkx (BSD-3-Clause)",
    )


def countries() -> Sample:
    """163 countries, which of them share a border, and the continent of each.

    Returns
    -------
    Sample
        x (163, 163) identity, y (163,) continent, adjacency with 332 edges; `features` are the
        names of the countries. Countries without a neighbour by land, and the only one of Oceania
        with one, are left out.

    Notes
    -----
    Origin: countryinfo. MIT.
    """
    entries = [json.loads(text) for text in read("countries").values()]
    # Some countries are there twice, once with fewer borders: the first entry of a code is taken.
    entries.sort(key=lambda entry: -len(entry.get("borders") or []))
    found: dict[str, dict[str, Any]] = {}
    for entry in entries:
        if entry.get("borders") and entry.get("region") not in (None, "", "Oceania"):
            found.setdefault(entry["ISO"]["alpha3"], entry)
    edges = [
        (a, b) for a, entry in found.items() for b in entry["borders"] if b in found and a != b
    ]
    codes = sorted({code for edge in edges for code in edge})
    number = {code: i for i, code in enumerate(codes)}
    classes = tuple(sorted({found[code]["region"] for code in codes}))
    return _graph(
        "countries",
        tuple(found[code]["name"] for code in codes),
        [(number[a], number[b]) for a, b in edges],
        torch.tensor([classes.index(found[code]["region"]) for code in codes]),
        classes=classes,
        target="continent",
        description="Countries that have a neighbour by land; an edge is a common border.",
        origin="countryinfo, Porimol Chandro and contributors; from countryinfo 1.0.1",
        licence="MIT",
    )


def block_model(
    n: int = 90, seed: int = 0, blocks: int = 3, inside: float = 0.2, between: float = 0.02
) -> Sample:
    """A stochastic block model: nodes of one block are joined more often than nodes of two.

    Parameters
    ----------
    n, seed : int
        Nodes; seed of the generator.
    blocks : int
        Number of blocks, of sizes that differ by at most one.
    inside, between : float
        Probability of an edge inside a block and between two blocks.

    Returns
    -------
    Sample
        x (n, n) identity, y (n,) block, adjacency. A node may have no edge.
    """
    if not 1 <= blocks <= n:
        raise ValueError(f"{n} nodes cannot make {blocks} blocks")
    y = torch.arange(n) % blocks
    probability = torch.where(y[:, None] == y[None, :], inside, between)
    drawn = torch.rand(n, n, generator=torch.Generator().manual_seed(seed)) < probability
    return _graph(
        "block_model",
        tuple(f"node {i}" for i in range(n)),
        [(int(i), int(j)) for i, j in drawn.triu(1).nonzero()],
        y,
        classes=tuple(f"block {i}" for i in range(blocks)),
        target="block",
        description=f"A stochastic block model: an edge has probability {inside:g} inside a block "
        f"and {between:g} between two.",
        origin="generated",
        licence="none needed",
    )
