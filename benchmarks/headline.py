"""What `scalars=True` costs a sample: `python -m benchmarks.headline`. Needs no training."""

import time

import numpy as np

from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.catalog.tensor_statistics import TENSOR_STATISTICS, UPDATE_STATISTICS
from tb_keras_inspect.training.reduce.layout import Layout, Section
from tb_keras_inspect.training.samples.headline import headline, scalar_values

CALLS = 5000


def main() -> None:
    """Prints one line for a small and one for a large model."""
    for variables in (10, 600):
        rows = tuple(map(str, range(variables)))
        kinds = {
            Kind.STEP: ("loss", "gradient_norm"),
            Kind.WEIGHT: TENSOR_STATISTICS,
            Kind.UPDATE: UPDATE_STATISTICS,
        }
        views, sections = {}, []
        for kind, statistics in kinds.items():
            names = ("",) if kind is Kind.STEP else rows
            views[kind] = np.ones((len(names), len(statistics)), np.float32)
            sections.append(Section(kind, statistics, names, views[kind].size))
        layout = Layout(tuple(sections))
        start = time.thread_time()
        for _ in range(CALLS):
            values = list(scalar_values(headline(layout, views, 0.5)))
        microseconds = (time.thread_time() - start) / CALLS * 1e6
        size = sum(value.ByteSize() for value in values)
        print(f"{variables} variables: {microseconds:.1f} microseconds, {size} bytes per sample")


if __name__ == "__main__":
    main()
