"""The options of incidents: which steps that break are kept."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from tb_keras_inspect.training.options import checks as check
from tb_keras_inspect.training.options.checks import names_of, options_of

SAMPLED, ALL = "sampled", "all"


@dataclasses.dataclass(frozen=True)
class IncidentOptions:
    """What is kept of a step that breaks, to do it again.

    Args:
        count: How many incidents of a fit are kept. Defaults to 3.
        max_megabytes: Size up to which one is kept whole. Of a larger one the weights and the
            optimizer's state are left out, and if that is not enough the batch. Defaults to 200.
        steps: `"sampled"`, or `"all"`: also between two sampled steps it is noticed when the loss or a
            new weight is not finite, without waiting for the device, and the step is kept. Defaults to
            `"sampled"`.
        batches: How many batches a step keeps with `steps="all"`: its own and those before it. Defaults
            to 3.

    Raises:
        ValueError: if a value is not accepted.

    Example:

    ```python
    from tb_keras_inspect import IncidentOptions, InspectCallback

    InspectCallback("logs/a", incidents=IncidentOptions(count=1))
    ```
    """

    count: int = 3
    max_megabytes: float = 200
    steps: str = "sampled"
    batches: int = 3

    def __post_init__(self) -> None:
        check.checked_whole("count", self.count, least=1)
        check.checked_positive("max_megabytes", self.max_megabytes)
        if not check.is_one_of(self.steps, (SAMPLED, ALL)):
            raise ValueError(
                f"`steps` of incidents must be {SAMPLED!r} or {ALL!r}. Received: steps={self.steps!r}"
            )
        check.checked_whole("batches", self.batches, least=1)


def incident_options_of(incidents: Any) -> IncidentOptions | None:
    """As `options_of`; True and None stand for the defaults, False for no incidents: None."""
    if incidents is None or incidents is True or incidents is False:
        return None if incidents is False else IncidentOptions()
    if not isinstance(incidents, (IncidentOptions, Mapping)):
        raise ValueError(
            "`incidents` must be None, True, False, an IncidentOptions or a mapping with keys from "
            f"{', '.join(names_of(IncidentOptions))}. Received: incidents={incidents!r}"
        )
    return options_of(IncidentOptions, "incidents", incidents)
