"""A few numbers of a step as ordinary scalars, for viewers that do not know this plugin."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
from tensorboard.compat.proto import summary_pb2, tensor_pb2, tensor_shape_pb2, types_pb2
from tensorboard.plugins.scalar import metadata

from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.catalog.statistics import definition
from tb_keras_inspect.training.reduce.layout import Intermediate, Layout

# Not the prefix of the plugin's own tags.
TAG_PREFIX = "inspect/"
DESCRIPTIONS = {
    "gradient_norm": definition("gradient_norm"),
    "update_ratio": f"{definition('ratio')}; of all recorded variables together",
    "dead_share": f"{definition('dead_fraction')}; of all recorded layers together",
}


def headline(
    layout: Layout, views: Mapping[Kind | Intermediate, np.ndarray], dead_share: float | None
) -> dict[str, float]:
    """The headline numbers of a step, those that it has.

    Args:
        layout: How the vector was divided.
        views: What `layout.split` gave.
        dead_share: Fraction of dead units, None if units are not recorded.
    """
    columns = {section.kind: section.statistics for section in layout.sections}
    found = {}
    if "gradient_norm" in columns.get(Kind.STEP, ()):
        found["gradient_norm"] = float(_column(views, columns, Kind.STEP, "gradient_norm")[0])
    if Kind.UPDATE in views and Kind.WEIGHT in views:
        update, weight = (
            math.sqrt(np.square(_column(views, columns, kind, "l2"), dtype=np.float64).sum())
            for kind in (Kind.UPDATE, Kind.WEIGHT)
        )
        found["update_ratio"] = update / weight if weight else math.nan
    if dead_share is not None:
        found["dead_share"] = dead_share
    return found


def scalar_values(numbers: Mapping[str, float]) -> Iterable[summary_pb2.Summary.Value]:
    """Summary values that TensorBoard's Scalars tab shows."""
    for name, number in numbers.items():
        yield summary_pb2.Summary.Value(
            tag=TAG_PREFIX + name,
            metadata=_METADATA[name],
            tensor=tensor_pb2.TensorProto(
                dtype=types_pb2.DT_FLOAT,
                tensor_shape=tensor_shape_pb2.TensorShapeProto(),
                float_val=[number],
            ),
        )


def _column(
    views: Mapping[Kind | Intermediate, np.ndarray],
    columns: Mapping[Kind | Intermediate, tuple[str, ...]],
    kind: Kind,
    statistic: str,
) -> np.ndarray:
    values: np.ndarray = views[kind][:, columns[kind].index(statistic)]
    return values


_METADATA = {
    name: metadata.create_summary_metadata(display_name="", description=text)
    for name, text in DESCRIPTIONS.items()
}
