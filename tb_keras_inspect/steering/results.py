"""What the client returns for a command."""

import dataclasses
from typing import Any

from tb_keras_inspect import records


class RefusedError(RuntimeError):
    """The training process refused a command. The message says why."""


@dataclasses.dataclass(frozen=True)
class Done:
    """A command that was carried out.

    Attributes:
        command: Name of the command.
        step: The step that was about to run.
        old: The setting before the command, as text. Empty if it changed none.
        new: The setting after the command, as text.
        detail: Further results by name.
    """

    command: str
    step: int
    old: str
    new: str
    detail: dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Batch:
    """The batch that a paused training run is about to train on.

    Attributes:
        inputs: Pictures of the S samples shown, one for each input of the model.
        labels: Their labels, float32[S, L]. None if they are not numbers.
        samples: Indices of the S samples in the batch, largest loss first.
        losses: Loss of each sample of the batch. None if they could not be computed.
        why_no_losses: Why they could not be computed. Empty if they were.
        batch_size: Number of samples in the batch.
    """

    inputs: tuple[records.DecodedMap, ...]
    labels: Any
    samples: list[int]
    losses: list[float] | None
    why_no_losses: str
    batch_size: int


@dataclasses.dataclass(frozen=True)
class Picture:
    """A layer's output, or a gradient.

    Attributes:
        map: In the form in which activation maps and weights are recorded; `map.values` are
            float32[S, C, H, W].
        detail: For a gradient `l2`, `mean`, `max_abs` and `nonfinite_count`; for an output `samples`,
            the indices of the S samples in the batch.
    """

    map: records.DecodedMap
    detail: dict[str, Any]
