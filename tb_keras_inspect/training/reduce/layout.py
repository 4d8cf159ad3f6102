"""Layout of the packed vector of a sampled step. Fixed when the step is traced."""

import dataclasses
import enum

import numpy as np

from tb_keras_inspect.catalog import phases
from tb_keras_inspect.catalog.kinds import Kind


def site_name(layer: str, call: int, output: int) -> str:
    """`layer[:call][.output]`; zeros are omitted."""
    return layer + (f":{call}" if call else "") + (f".{output}" if output else "")


def may_be_batch(length: int | None, size: int | None) -> bool:
    """Whether a first axis can be that of the batch; that of a bank of experts cannot.

    Args:
        length: Its length; None where not known before the step runs.
        size: Number of samples in the batch; None likewise.
    """
    # Samples may have been folded into it: the positions of a sequence, for example.
    return length is None or size is None or length % size == 0


@dataclasses.dataclass(frozen=True)
class SiteKey:
    """One recorded layer output.

    Attributes:
        layer: Name of the layer.
        call: Which call of the layer in this step, from 0.
        output: Which tensor of the layer's output, from 0.
        shape: Its shape, None where a dimension is not known. The batch axis is never known; a number
            in front is another axis, such as the experts of a bank.
        unit_axis: Axis of the units, -1 where there is none.
        units: Number of units recorded, 0 for none.
        activation: Keras name of the layer's activation function, or "".
    """

    layer: str
    call: int
    output: int
    shape: tuple[int | None, ...]
    unit_axis: int
    units: int
    activation: str

    @property
    def name(self) -> str:
        """`layer[:call][.output]`."""
        return site_name(self.layer, self.call, self.output)


class Intermediate(enum.Enum):
    """Values that the host turns into statistics instead of recording them."""

    GRADIENT_ELEMENTS = "gradient_elements"  # some of each gradient
    # Some of each gradient as it enters the update, and of the optimizer's moments of the variable.
    EFFECTIVE_GRADIENT = "effective_gradient"
    FIRST_MOMENT = "first_moment"
    SECOND_MOMENT = "second_moment"
    MOMENT_FACTS = "moment_facts"  # a row for each of these gradients
    FORWARD_NUMBERS = (
        "forward_numbers"  # of the step as a whole, known inside the forward pass alone
    )
    MOVING_STATISTICS = "moving_statistics"  # of layer outputs that a BatchNormalization made
    # Rows of `CHECKSUM_STATISTICS`. Those of layer outputs may come out of the step on another way.
    OUTPUT_CHECKSUMS = "output_checksums"
    CHECKSUMS = "checksums"


# The columns of `Intermediate.MOMENT_FACTS`: see `hooks.moments`. `updates` were made before the step,
# `part` is the number of the optimizer, and the limits are NaN where it does not clip that way.
MOMENT_FACTS = (
    "updates",
    "part",
    "sign",
    "beta_2",
    "corrected",
    "epsilon",
    "clipvalue",
    "clipnorm",
)
ELEMENTS = (
    Intermediate.GRADIENT_ELEMENTS,
    Intermediate.EFFECTIVE_GRADIENT,
    Intermediate.FIRST_MOMENT,
    Intermediate.SECOND_MOMENT,
)
CHECKSUM_SECTIONS = (Intermediate.OUTPUT_CHECKSUMS, Intermediate.CHECKSUMS)


@dataclasses.dataclass(frozen=True)
class Section:
    """A part of the vector: a row-major array of shape [len(rows), columns].

    Attributes:
        kind: What it holds. Sections of units and of elements are ragged: row after row.
        statistics: Names of the columns; empty for histograms and ragged sections.
        rows: Names of variables, of inputs, or site keys.
        size: Number of values.
        lengths: Of a section of elements: the number of values of each row.
    """

    kind: Kind | Intermediate
    statistics: tuple[str, ...]
    rows: tuple[str | SiteKey, ...]
    size: int
    lengths: tuple[int, ...] = ()

    @property
    def is_ragged(self) -> bool:
        """Whether its rows have different lengths."""
        return self.kind is Kind.UNITS or self.kind in ELEMENTS


@dataclasses.dataclass(frozen=True)
class Layout:
    """The sections of a vector, in order, behind its first element, the layout's index."""

    sections: tuple[Section, ...]

    @property
    def size(self) -> int:
        """Length of the vector."""
        return 1 + sum(section.size for section in self.sections)

    @property
    def sites(self) -> tuple[SiteKey, ...]:
        """The recorded layer outputs, in the order in which the step computed them."""
        for section in self.sections:
            if section.kind is Kind.ACTIVATION:
                return tuple(row for row in section.rows if isinstance(row, SiteKey))
        return ()

    @property
    def tensors(self) -> tuple[str, ...]:
        """The tensors with a checksum, as rows of the kind `checksum`, in the order of a step."""
        found = [s.rows for s in self.sections if s.kind in CHECKSUM_SECTIONS]
        return tuple(phases.in_order([str(row) for rows in found for row in rows]))

    def split(self, vector: np.ndarray) -> dict[Kind | Intermediate, np.ndarray]:
        """Views of the vector: float32[N, K] for each kind, flat for ragged sections.

        Raises:
            ValueError: If the vector has another length.
        """
        if vector.shape != (self.size,):
            raise ValueError(f"Expected a vector of {self.size} values. Received: {vector.shape}")
        views, start = {}, 1
        for section in self.sections:
            part = vector[start : start + section.size]
            start += section.size
            views[section.kind] = part if section.is_ragged else part.reshape(len(section.rows), -1)
        return views


class LayoutTable:
    """All layouts so far. A trace with other shapes adds one.

    A vector's first element is the index of its layout. Index -1 marks a step that recorded nothing.
    """

    def __init__(self) -> None:
        self._layouts: list[Layout] = []

    def index(self, layout: Layout) -> int:
        """Index of a layout, added when it is new."""
        if layout not in self._layouts:
            self._layouts.append(layout)
        return self._layouts.index(layout)

    def __len__(self) -> int:
        return len(self._layouts)

    def all_sites(self) -> tuple[SiteKey, ...]:
        """The recorded layer outputs of all layouts, each name once."""
        sites = {site.name: site for layout in self._layouts for site in layout.sites}
        return tuple(sites.values())

    def all_tensors(self) -> tuple[str, ...]:
        """The tensors with a checksum of all layouts, each once, in the order of a step."""
        found = dict.fromkeys(row for layout in self._layouts for row in layout.tensors)
        return tuple(phases.in_order(list(found)))

    def of(self, vector: np.ndarray) -> Layout | None:
        """The layout of a vector; None for an empty sample."""
        index = int(vector[0])
        return None if index < 0 else self._layouts[index]
