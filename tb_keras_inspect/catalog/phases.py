"""The phases of a training step, in the order in which it computes them: what a checksum is of.

A row of the kind `checksum` is named `<phase>/<tensor>`.
"""

import enum


class Phase(str, enum.Enum):
    """What a tensor is in the step; the value begins the name of its row."""

    INPUT = "input"
    TARGET = "target"
    SAMPLE_WEIGHT = "sample_weight"
    WEIGHT = "weight"
    STATE = "state"  # variables that are not trained: moving averages, seeds, frozen weights
    OPTIMIZER_STATE = "optimizer_state"
    ACTIVATION = "activation"
    LOSS = "loss"
    GRADIENT = "gradient"
    OPTIMIZER_STATE_AFTER = "optimizer_state_after"
    WEIGHT_AFTER = "weight_after"
    STATE_AFTER = "state_after"

    def row(self, name: str) -> str:
        """The row of a tensor."""
        return f"{self.value}/{name}"

    @property
    def is_per_part(self) -> bool:
        """Whether each replica has values of its own part of the batch."""
        return self in _PER_PART


_PER_PART = frozenset(
    [Phase.INPUT, Phase.TARGET, Phase.SAMPLE_WEIGHT, Phase.ACTIVATION, Phase.LOSS]
)
_ORDER = {phase.value: number for number, phase in enumerate(Phase)}


def phase_and_name(row: str) -> tuple[Phase | None, str]:
    """The phase of a row, None for one that this version does not know, and its tensor."""
    phase, _, name = row.partition("/")
    return (Phase(phase) if phase in _ORDER else None), name


def in_order(rows: list[str]) -> list[str]:
    """Rows by phase, in the given order within each."""
    return sorted(rows, key=lambda row: _ORDER.get(row.partition("/")[0], len(_ORDER)))
