"""NumPy's npz: one file per run, with the arrays of the store. Names are values, never file names."""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from tb_keras_inspect.catalog.kinds import PICTURE_KINDS
from tb_keras_inspect.export.columns import HISTOGRAMS, SAMPLES, UNITS
from tb_keras_inspect.store import NotRecordedError, RunData
from tb_keras_inspect.store.tables.sample_losses import columns_of

PICTURES = tuple(kind.value for kind in PICTURE_KINDS)


def write(path: pathlib.Path, run: RunData, kinds: Sequence[str]) -> None:
    """Writes the file; `numpy.load(path)` needs no pickle.

    Args:
        path: A path that ends in ".npz".
        run: The run.
        kinds: Tables: `<kind>/steps` int64[S], `names`, `statistics`, `values` float32[S, N, K].
            Units: `units/names`, and for the i-th name `units/<i>/steps`, `max_abs` float32[S, U],
            `dead` bool[S, U]. Histograms: `<kind>/names`, `<kind>/<i>/steps`, `edges`, `counts`.
            Losses of examples: the columns of `Samples.to_pandas`, `sample_loss/<column>`.
            Pictures: `<kind>/names`, `<kind>/<i>/steps`, `channels`, and for the j-th snapshot
            `<kind>/<i>/<j>` float32[samples, C, H, W].
    """
    arrays: dict[str, Any] = {}
    for kind in kinds:
        arrays |= {f"{kind}/{name}": array for name, array in _arrays(run, kind).items()}
    np.savez_compressed(path, **arrays)


def _arrays(run: RunData, kind: str) -> dict[str, np.ndarray]:
    if kind == UNITS:
        return _each(run.units_at().names, lambda name: vars(run.units(name)), {"window"})
    if kind == SAMPLES:
        return columns_of(run.samples())
    if kind in HISTOGRAMS:
        return _histograms(run, kind.removesuffix("_histogram"))
    if kind in PICTURES:
        return _each(run.map_names(kind), lambda name: _pictures(run, kind, name))
    table = run.table(kind)
    found = {"steps": table.steps, "names": _text(table.names), "values": table.values}
    if table.recorded is not None:
        found["recorded"] = table.recorded
    return found | {"statistics": _text(table.statistics)}


def _histograms(run: RunData, kind: str) -> dict[str, np.ndarray]:
    found = {}
    for name in run.table(kind).names if kind in run.kinds else ():
        try:
            found[name] = vars(run.histogram(kind, name))
        except NotRecordedError:
            continue
    return _each(list(found), found.__getitem__)


def _pictures(run: RunData, kind: str, name: str) -> dict[str, np.ndarray]:
    maps = run.maps(name, kind)
    found = {str(number): maps[number] for number in range(len(maps))}
    return found | {"steps": maps.steps, "channels": maps.channels}


def _each(
    names: Sequence[str],
    arrays_of: Callable[[str], Mapping[str, Any]],
    without: Collection[str] = (),
) -> dict[str, np.ndarray]:
    found = {"names": _text(names)}
    for number, name in enumerate(names):
        for key, array in arrays_of(name).items():
            if key not in without:
                found[f"{number}/{key}"] = array
    return found


def _text(names: Sequence[str]) -> np.ndarray:
    return np.array(names, str) if len(names) else np.zeros(0, "U1")
