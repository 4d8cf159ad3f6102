"""Positions of the boxes of a graph: in rows by the longest path from an input, ordered so that few
edges cross."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

SWEEPS = 4


def layered(nodes: Sequence[int], edges: Iterable[tuple[int, int]]) -> dict[int, tuple[int, float]]:
    """Computes the position of each node.

    Args:
        nodes: Numbers of the nodes, in the order in which they run.
        edges: Pairs of numbers. Edges that point backwards in that order are ignored, so there are no
            cycles; so are edges of unknown nodes.

    Returns:
        Mapping from number to (row, from 0 at the inputs; horizontal position, 0 in the middle).
    """
    order = {node: index for index, node in enumerate(nodes)}
    forward = [(a, b) for a, b in edges if a in order and b in order and order[a] < order[b]]
    row = dict.fromkeys(nodes, 0)
    for source, target in sorted(set(forward), key=lambda edge: order[edge[0]]):
        row[target] = max(row[target], row[source] + 1)
    rows: list[list[int]] = [[] for _ in range(max(row.values(), default=-1) + 1)]
    for node in nodes:
        rows[row[node]].append(node)
    near: dict[int, list[int]] = {node: [] for node in nodes}
    for source, target in forward:
        near[source].append(target)
        near[target].append(source)
    at = {node: _across(i, len(line)) for line in rows for i, node in enumerate(line)}
    for _ in range(SWEEPS):
        for line in rows:
            line.sort(key=lambda node: _mean([at[other] for other in near[node]], at[node]))
            at.update({node: _across(i, len(line)) for i, node in enumerate(line)})
    return {node: (row[node], at[node]) for node in nodes}


def _across(index: int, count: int) -> float:
    return index - (count - 1) / 2


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
