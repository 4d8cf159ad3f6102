"""What the catalogue says about one recorded number."""

import dataclasses
import enum


class Scale(str, enum.Enum):
    """How values are spread over an axis or a colour bar."""

    LINEAR = "linear"
    LOG = "log"
    DIVERGING = "diverging"  # linear, with zero in the middle


class Format(str, enum.Enum):
    """How one value is written."""

    NUMBER = "number"
    PERCENT = "percent"
    COUNT = "count"


class Merge(str, enum.Enum):
    """How values of several parts become one: of replicas, each with part of a batch; of tensors."""

    SAME = "same"  # equal on every replica
    MEAN = "mean"  # weighted by the elements of each part
    SUM = "sum"
    MIN = "min"
    MAX = "max"
    L2 = "l2"  # square root of the sum of squares
    STD = "std"  # from the standard deviations and the means of the parts


@dataclasses.dataclass(frozen=True)
class Statistic:
    """A recorded number.

    Attributes:
        name: In records, answers and Python.
        title: As a heading.
        meaning: One line.
        formula: NumPy where possible. x: all elements of one tensor at one step.
        unit: Of the value.
        source: The module that computes it, and literature.
        short: As a narrow heading. Defaults to the title.
        format: How one value is written.
        scale: The scale a plot uses by default.
        merge: How the values of several parts become one. How several steps do is the same for all
            statistics: `POOLS`.
        nan_is_missing: Whether NaN means "does not apply" instead of a NaN in the tensor.
        applies_to_finite: The statistic of the same tensor that must be finite for that; "" for none.
        divisor: Of a quotient of two l2: the kind whose l2 divides. "" for what is no quotient.
    """

    name: str
    title: str
    meaning: str
    formula: str
    unit: str
    source: str
    short: str = ""
    format: Format = Format.NUMBER
    scale: Scale = Scale.LINEAR
    merge: Merge = Merge.SAME
    nan_is_missing: bool = False
    applies_to_finite: str = ""
    divisor: str = ""
