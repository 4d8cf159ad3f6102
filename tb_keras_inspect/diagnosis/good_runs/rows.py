"""Brings the rows of two runs together: layers of one script may be numbered otherwise in each run."""

import dataclasses
import re
from collections.abc import Mapping

import numpy as np

from tb_keras_inspect.diagnosis.good_runs.features import Block, Key
from tb_keras_inspect.diagnosis.wording import listed

NUMBER = re.compile(r"_\d+(?=/|$)")  # what Keras appends to a name that it has given before
LEAST_SHARED = 0.5  # of the rows; with fewer, the runs are of different scripts


def aligned(
    features: Mapping[Key, Block], reference: Mapping[Key, Block], name: str, reference_name: str
) -> dict[Key, Block]:
    """The features of a run with the rows of another one.

    Args:
        features, reference: Those of both runs.
        name, reference_name: Names of both runs, for an error.

    Returns:
        What both have. A row that the run does not have, such as a variable that is frozen, is NaN.

    Raises:
        ValueError: If they share too few rows to be runs of one script.
    """
    found = {}
    for key in features.keys() & reference.keys():
        own, wanted = features[key], reference[key].names
        if _without_numbers(own.names) == _without_numbers(wanted):
            found[key] = own
            continue
        place = {row: index for index, row in enumerate(own.names)}
        shared = [row for row in wanted if row in place]
        if len(shared) < LEAST_SHARED * len(wanted):
            raise ValueError(_other_layers(key[0], own.names, wanted, name, reference_name))
        values = np.full((len(own.values), len(wanted)), np.nan)
        columns = [index for index, row in enumerate(wanted) if row in place]
        values[:, columns] = own.values[:, [place[row] for row in shared]]
        found[key] = dataclasses.replace(own, names=wanted, values=values)
    return found


def kind_of_row(name: str) -> str:
    """What rows are alike: all kernels, all biases; all outputs of layers."""
    return name.rsplit("/", 1)[-1] if "/" in name else ""


def _without_numbers(names: tuple[str, ...]) -> list[str]:
    return [NUMBER.sub("", row) for row in names]


def _other_layers(
    kind: str, own: tuple[str, ...], wanted: tuple[str, ...], name: str, reference_name: str
) -> str:
    more, less = ([row for row in a if row not in b] for a, b in ((own, wanted), (wanted, own)))
    text = (
        f"{name!r} has other layers than the good run {reference_name!r}, so they are not runs of "
    )
    text += f"one script. Received {kind} of {len(own)} rows, not {len(wanted)}"
    if more:
        text += f"; only {name!r} has {listed(more)}"
    if less:
        text += f"; only {reference_name!r} has {listed(less)}"
    return text
