"""Number formats in which training can be tried, and what is lost in each."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Precision:
    """A floating-point format.

    Attributes:
        name: As Keras and ml_dtypes have it.
        bits: Stored bits of the significand.
        least_exponent: Binary exponent of the smallest normal number.
        overflow: Above it a magnitude is rounded to infinity or NaN.
    """

    name: str
    bits: int
    least_exponent: int
    overflow: float

    @property
    def underflow(self) -> float:
        """The largest magnitude that is rounded to zero: half the smallest positive number."""
        return 2.0 ** (self.least_exponent - self.bits - 1)

    def half_spacing(self, exponent: int) -> float:
        """Half the distance between neighbours of magnitude `2**exponent`: less is rounded away."""
        return 2.0 ** (max(exponent, self.least_exponent) - self.bits - 1)


PRECISIONS = {
    item.name: item
    for item in (
        Precision("float16", 10, -14, 65520.0),
        Precision("bfloat16", 7, -126, 2.0**128 * (1 - 2.0**-9)),
        Precision("float8_e4m3fn", 3, -6, 464.0),
        Precision("float8_e5m2", 2, -14, 61440.0),
    )
}
