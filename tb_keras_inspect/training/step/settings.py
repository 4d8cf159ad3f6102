"""What is recorded of a step, as plain values."""

import dataclasses

MAX_UNITS = 16384  # of one layer output; a softmax over a vocabulary would fill the log


@dataclasses.dataclass(frozen=True)
class Settings:
    """Kinds to record, and how much of a tensor they are computed from.

    Attributes:
        gradients, weights, updates, activations, units, histograms, optimizer: Whether to record each.
        scalars: Whether headline numbers are written as ordinary scalars too.
        samples: Whether the loss of each example of the batch is recorded.
        keep_data: Whether the log may hold data of the examples.
        checksums: Whether each tensor of the step gets a checksum.
        exact: Whether a compiled step is recorded beside the user's own instead of replacing it.
        activation_limit: Most elements of one layer output that its statistics and its units'
            magnitudes are computed from: the first samples of the batch, as many as fit, at least
            one. None for all.
        zero_limit: Most elements of one gradient, weight or update among which zeros are counted,
            evenly spaced; of those that are larger than `parameters.SMALL`, mean and maximum are of
            these too. None for all.
        histogram_limit: Most elements of one tensor that its histogram counts, evenly spaced, and
            of a layer output, among which zeros are counted. None for all.
        gradient_elements: Most elements of one gradient, evenly spaced, that are compared with those
            of the sample before. 0 for none.
        moment_elements: Most elements of one variable whose gradient and moments are compared, evenly
            spaced; fewer in models of more than 512 variables.
    """

    gradients: bool = True
    weights: bool = True
    updates: bool = True
    activations: bool = True
    units: bool = True
    histograms: bool = True
    optimizer: bool = True
    scalars: bool = False
    samples: bool = True
    keep_data: bool = True
    checksums: bool = False
    exact: bool = True
    activation_limit: int | None = 65536
    zero_limit: int | None = 16384
    histogram_limit: int | None = 4096
    gradient_elements: int = 1024
    moment_elements: int = 512


# Costs measured by benchmarks/step_cost.py.
TIERS = {
    "economy": Settings(
        histograms=False,
        units=False,
        samples=False,
        optimizer=False,
        activation_limit=16384,
        gradient_elements=0,
    ),
    "standard": Settings(),
    "full": Settings(activation_limit=None, zero_limit=None, histogram_limit=None),
}


def settings_for(tier: str, **switches: bool | None) -> Settings:
    """A tier with some kinds switched on or off.

    Args:
        tier: A key of `TIERS`.
        **switches: Field name to True, False, or None for what the tier says.

    Raises:
        ValueError: for a tier that does not exist.
    """
    if not isinstance(tier, str) or tier not in TIERS:
        raise ValueError(f"`tier` must be one of {sorted(TIERS)}. Received: tier={tier!r}")
    chosen = {name: value for name, value in switches.items() if value is not None}
    return dataclasses.replace(TIERS[tier], **chosen)
