"""The options of recovery: what becomes of a step that breaks."""

import dataclasses

from tb_keras_inspect.training import option_checks as check

STOP, SKIP = "stop", "skip"
POLICIES = (STOP, SKIP)


@dataclasses.dataclass(frozen=True)
class RecoveryOptions:
    """What becomes of a step that breaks. By default nothing does.

    Either policy takes the step back: weights, optimizer, random generators and metrics are as they
    were before it. `"stop"` then ends training, `"skip"` goes on with the next batch.

    Args:
        on_nonfinite: For a step whose loss or new weights are not finite: `"stop"`, `"skip"`, or None
            for nothing. Defaults to None.
        on_spike: The same for a step whose loss is more than ten times the median of the last 30 steps,
            and twice that of the first ten. Defaults to None.
        learning_rate_factor: What the learning rate is multiplied by, each time. Defaults to 1.
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
    tries: int = 10

    def __post_init__(self) -> None:
        check.checked_choice("on_nonfinite", self.on_nonfinite, POLICIES)
        check.checked_choice("on_spike", self.on_spike, POLICIES)
        check.checked_positive("learning_rate_factor", self.learning_rate_factor)
        check.checked_whole("tries", self.tries, least=0)

    @property
    def is_on(self) -> bool:
        """Whether any step is to be checked."""
        return bool(self.on_nonfinite or self.on_spike)
