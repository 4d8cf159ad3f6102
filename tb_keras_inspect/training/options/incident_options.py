"""The options of incidents: which steps that break are kept."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from tb_keras_inspect.training.options import checks as check
from tb_keras_inspect.training.options.checks import names_of, options_of


@dataclasses.dataclass(frozen=True)
class IncidentOptions:
    """What is kept of a sampled step that breaks, to do it again. By default no step is kept.

    Args:
        count: How many incidents of a fit are kept. Defaults to 3.
        max_megabytes: Size up to which one is kept whole. Of a larger one the weights and the
            optimizer's state are left out, and if that is not enough the batch. Defaults to 200.

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

    def __post_init__(self) -> None:
        check.checked_whole("count", self.count, least=1)
        check.checked_positive("max_megabytes", self.max_megabytes)


def incident_options_of(incidents: Any) -> IncidentOptions | None:
    """As `options_of`; True stands for the defaults, False for no incidents: None."""
    if incidents is True or incidents is False:
        return IncidentOptions() if incidents else None
    if incidents is None or not isinstance(incidents, (IncidentOptions, Mapping)):
        raise ValueError(
            "`incidents` must be True, False, an IncidentOptions or a mapping with keys from "
            f"{', '.join(names_of(IncidentOptions))}. Received: incidents={incidents!r}"
        )
    return options_of(IncidentOptions, "incidents", incidents)
