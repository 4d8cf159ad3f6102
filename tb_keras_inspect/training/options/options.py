"""The options of `InspectCallback`: small objects, each with defaults and checks of its own.

A wrong value raises when the object is made and says what was received and what is accepted.
Importing this module does not load Keras.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from tb_keras_inspect.diagnosis import THRESHOLDS, Finding, Thresholds
from tb_keras_inspect.diagnosis.thresholds import recorded_thresholds
from tb_keras_inspect.training.options import checks as check
from tb_keras_inspect.training.options.checks import names_of, options_of
from tb_keras_inspect.training.options.incident_options import IncidentOptions
from tb_keras_inspect.training.options.picture_options import PictureOptions
from tb_keras_inspect.training.options.recovery_options import RecoveryOptions
from tb_keras_inspect.training.options.webhooks import Webhook


@dataclasses.dataclass(frozen=True)
class RecordOptions:
    """What is recorded of a sampled step. A switch that is None follows `tier`.

    Args:
        gradients: Statistics of each variable's gradient.
        weights: Statistics of each variable.
        updates: Statistics of the change of each variable by the optimizer.
        optimizer: Statistics of what the optimizer remembers of each variable: its moments, against
            the gradient and epsilon.
        activations: Statistics of each layer's output.
        units: Largest magnitude of each unit of each layer, which shows the dead units.
        histograms: Histograms of everything recorded.
        samples: The loss of each example of the batch, with a fingerprint of its inputs.
        keep_data: Whether the run's directory may hold data of your examples: the probe samples with
            their pictures, and of single examples inputs, labels, and what the model says. False
            keeps numbers and fingerprints only, which cannot be compared with those of another run.
            Defaults to True.
        scalars: Also write the global gradient norm, the update ratio and the fraction of dead units
            as ordinary scalars (`inspect/...`), for TensorBoard's Scalars tab and other readers of
            its files. Defaults to False.
        checksums: Also record a checksum of the bits of every tensor of the step: inputs, targets,
            weights, layer outputs, gradients, the optimizer's state. With it `tb_keras_inspect.diff`
            says where two runs first part. Defaults to False.
        exact: Whether a step that is compiled (JAX, XLA, `torch.compile`) is recorded beside your own
            compiled step, which alone makes the update: the trained weights are then bit-identical
            whatever the compiler does, and a sampled step takes twice as long. False has the
            recorded step make the update; where a compiler rounds it differently (clipping by norm,
            accumulated gradients), the weights differ in their last bits. Defaults to True.

    Raises:
        ValueError: if a value is not accepted.

    Example:

    ```python
    from tb_keras_inspect import InspectCallback, RecordOptions

    InspectCallback("logs/a", record=RecordOptions(histograms=False, scalars=True))
    ```
    """

    gradients: bool | None = None
    weights: bool | None = None
    updates: bool | None = None
    optimizer: bool | None = None
    activations: bool | None = None
    units: bool | None = None
    histograms: bool | None = None
    samples: bool | None = None
    keep_data: bool = True
    scalars: bool = False
    checksums: bool = False
    exact: bool = True

    def __post_init__(self) -> None:
        flags = ("keep_data", "scalars", "checksums", "exact")
        for name in names_of(RecordOptions):
            checked = check.checked_flag if name in flags else check.checked_switch
            checked(name, getattr(self, name))


@dataclasses.dataclass(frozen=True)
class BudgetOptions:
    """What recording may cost.

    Args:
        overhead: Fraction of the training time that `every="auto"` may take. Defaults to 0.03.
        max_log_megabytes: Limit of the log's size; samples and pictures become sparser to stay under
            it. Defaults to 200.

    Raises:
        ValueError: if a value is not accepted.

    Example:

    ```python
    from tb_keras_inspect import InspectCallback, BudgetOptions

    InspectCallback("logs/a", budget=BudgetOptions(overhead=0.01))
    ```
    """

    overhead: float = 0.03
    max_log_megabytes: float = 200

    def __post_init__(self) -> None:
        for name in names_of(BudgetOptions):
            check.checked_positive(name, getattr(self, name))


@dataclasses.dataclass(frozen=True)
class DiagnosisOptions:
    """How the diagnosis works while the model trains.

    Args:
        on_finding: Called with each `tb_keras_inspect.diagnosis.Finding` when it first appears, on
            the training thread. An exception in it is reported once; training goes on. Defaults to
            None.
        thresholds: Threshold name to value, for those that differ from their defaults. Defaults to
            None.

    Raises:
        ValueError: if a value is not accepted.

    Example:

    ```python
    from tb_keras_inspect import InspectCallback, DiagnosisOptions

    InspectCallback("logs/a", diagnosis=DiagnosisOptions(thresholds={"dead_share": 0.3}))
    ```
    """

    on_finding: Callable[[Finding], Any] | None = None
    # A dict, which can be pickled and copied but not hashed.
    thresholds: Mapping[str, float] | None = dataclasses.field(default=None, hash=False)

    def __post_init__(self) -> None:
        if self.on_finding is not None and not callable(self.on_finding):
            raise ValueError(
                "`on_finding` must be a function of one finding. "
                f"Received: on_finding={self.on_finding!r}"
            )
        if self.thresholds is not None:
            if not isinstance(self.thresholds, Mapping):
                raise ValueError(
                    "`thresholds` must map names of thresholds to numbers. "
                    f"Received: thresholds={self.thresholds!r}"
                )
            given = Thresholds(THRESHOLDS, self.thresholds)
            chosen = {name: given[name] for name in self.thresholds}
            object.__setattr__(self, "thresholds", chosen)


@dataclasses.dataclass(frozen=True)
class ControlOptions:
    """How the training run takes commands while it runs.

    Args:
        timeout: Seconds after which a paused run resumes if no command arrives. Defaults to None:
            never.

    Raises:
        ValueError: if a value is not accepted.

    Example:

    ```python
    from tb_keras_inspect import InspectCallback, ControlOptions

    InspectCallback("logs/a", control=ControlOptions(timeout=600))
    ```
    """

    timeout: float | None = None

    def __post_init__(self) -> None:
        if self.timeout is not None:
            check.checked_positive("timeout", self.timeout)


def control_options_of(control: Any) -> ControlOptions | None:
    """As `options_of`; True stands for the defaults, False for no control: None."""
    if control is True or control is False:
        return ControlOptions() if control else None
    if control is None or not isinstance(control, (ControlOptions, Mapping)):
        raise ValueError(
            "`control` must be True, False, a ControlOptions or a mapping with keys from "
            f"{', '.join(names_of(ControlOptions))}. Received: control={control!r}"
        )
    return options_of(ControlOptions, "control", control)


@dataclasses.dataclass(frozen=True)
class Options:
    """All options of a callback, checked.

    Attributes:
        stop_on: Problems and severities; a set even if the user gave a single name.
        control: None if the run takes no commands.
        incidents: None if no steps are kept.
        incidents_by_default: Whether the user did not ask for them.
    """

    every: int | str
    tier: str
    layers: Any
    probe: Any
    maps_every: int
    console: str | None
    stop_on: frozenset[str]
    control: ControlOptions | None
    alerts: tuple[Webhook, ...]
    record: RecordOptions
    pictures: PictureOptions
    budget: BudgetOptions
    diagnosis: DiagnosisOptions
    incidents: IncidentOptions | None
    incidents_by_default: bool
    recovery: RecoveryOptions
    measure: tuple[str, ...]

    @property
    def max_bytes(self) -> float:
        """Limit of the log's size, in bytes."""
        return self.budget.max_log_megabytes * 1e6

    def for_model_record(self) -> dict[str, Any]:
        """The options that the log keeps."""
        return {
            "every": self.every,
            "tier": self.tier,
            "maps_every": self.maps_every,
            "layers": self.layers,
            **dataclasses.asdict(self.budget),
            **recorded_thresholds(self.diagnosis.thresholds or {}),
        }
