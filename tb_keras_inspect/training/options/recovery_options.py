"""The options of recovery: what becomes of a step that breaks."""

import dataclasses

from tb_keras_inspect.training.options import checks as check

STOP, SKIP, REWIND = "stop", "skip", "rewind"
POLICIES = (STOP, SKIP, REWIND)
EVERY = 100  # steps from one snapshot to the next


@dataclasses.dataclass(frozen=True)
class RecoveryOptions:
    """What becomes of a step that breaks. By default nothing does.

    Each policy takes the step back: weights, optimizer, random generators and metrics are as they were
    before it. `"stop"` then ends training, `"skip"` goes on with the next batch, and `"rewind"` does so
    with the state of the last snapshot, metrics excepted.

    Args:
        on_nonfinite: For a step whose loss or new weights are not finite: `"stop"`, `"skip"`,
            `"rewind"`, or None for nothing. Defaults to None.
        on_spike: The same for a step whose loss is more than ten times the median of the last 30 steps,
            and twice that of the first ten. Defaults to None.
        learning_rate_factor: What the learning rate is multiplied by, each time. Defaults to 1.
        snapshot_every: Steps from one snapshot to the next. Defaults to None: 100 if a policy is
            `"rewind"`, else none is taken.
        max_megabytes: Host memory for snapshots; the oldest are dropped. Defaults to 1000.
        tries: How often in a fit training goes on; the next step that breaks ends it. Defaults to 10.

    Raises:
        ValueError: if a value is not accepted.

    Example:

    ```python
    from tb_keras_inspect import InspectCallback, RecoveryOptions

    InspectCallback("logs/a", recovery=RecoveryOptions(on_nonfinite="skip", on_spike="stop"))
    ```
    """

    on_nonfinite: str | None = None
    on_spike: str | None = None
    learning_rate_factor: float = 1
    snapshot_every: int | None = None
    max_megabytes: float = 1000
    tries: int = 10

    def __post_init__(self) -> None:
        check.checked_choice("on_nonfinite", self.on_nonfinite, POLICIES)
        check.checked_choice("on_spike", self.on_spike, POLICIES)
        check.checked_positive("learning_rate_factor", self.learning_rate_factor)
        if self.snapshot_every is not None:
            check.checked_whole("snapshot_every", self.snapshot_every, least=1)
        check.checked_positive("max_megabytes", self.max_megabytes)
        check.checked_whole("tries", self.tries, least=0)

    @property
    def checks_steps(self) -> bool:
        """Whether any step is to be checked."""
        return bool(self.on_nonfinite or self.on_spike)

    @property
    def interval(self) -> int | None:
        """Steps from one snapshot to the next; None where none is taken."""
        rewinds = REWIND in (self.on_nonfinite, self.on_spike)
        return self.snapshot_every or (EVERY if rewinds else None)
