"""What numbers of layers are in healthy runs. The tab marks what lies outside.

The limits hold 99 % of the values in 59 healthy runs of benchmarks/diagnosis (282 layer outputs, 421
variables), rounded outwards.
"""

import dataclasses
import math

from tb_keras_inspect.catalog.kinds import Kind

GROWTH = "growth"  # of a weight: its l2 divided by the first one that is not zero
KERNELS = "kernel"  # how the names of a layer's largest variables end


@dataclasses.dataclass(frozen=True)
class Usual:
    """The range of a statistic in healthy runs.

    Attributes:
        kind: The kind that it is recorded under.
        statistic: Its name, or `GROWTH`.
        words: The range for a sentence.
        low: The least usual value.
        high: The largest.
        variables: Of a variable: how the names of those end for which the range holds. "" for all.
    """

    kind: Kind
    statistic: str
    words: str
    low: float = 0.0
    high: float = math.inf
    variables: str = ""

    @property
    def key(self) -> str:
        """Its name in the tab: `<kind>.<statistic>`."""
        return f"{self.kind.value}.{self.statistic}"


LEAST = 1e-30  # what is not zero is above it
USUAL = (
    Usual(Kind.GRADIENT, "l2", "more than 0", low=LEAST, variables=KERNELS),
    Usual(Kind.UPDATE, "l2", "more than 0", low=LEAST, variables=KERNELS),
    Usual(Kind.UPDATE, "ratio", "1e-5 to 0.03", 1e-5, 0.03, KERNELS),
    Usual(Kind.WEIGHT, GROWTH, "0.5 to 5", 0.5, 5.0, KERNELS),
    Usual(Kind.ACTIVATION, "std", "more than 0", low=LEAST),
    Usual(Kind.ACTIVATION, "zero_fraction", "up to 80 %", high=0.8),
    Usual(Kind.ACTIVATION, "dead_fraction", "up to 20 %", high=0.2),
)
