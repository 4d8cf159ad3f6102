"""What happens inside a Keras model while it trains: gradients, activations, dead units, findings.

Public names are imported on first use: importing the package loads neither Keras nor TensorFlow,
because TensorBoard imports it at every start.
"""

import importlib
from typing import TYPE_CHECKING, Any

from tb_keras_inspect._version import __version__

if TYPE_CHECKING:
    from tb_keras_inspect.advice.coordinates import coordinate_check
    from tb_keras_inspect.advice.learning_rate import find_learning_rate
    from tb_keras_inspect.callback import InspectCallback
    from tb_keras_inspect.diagnosis import diagnose
    from tb_keras_inspect.differences import diff
    from tb_keras_inspect.lockstep import compare_live
    from tb_keras_inspect.records.fingerprints import fingerprints
    from tb_keras_inspect.steering.connect import connect
    from tb_keras_inspect.store import load_run, load_runs
    from tb_keras_inspect.store.compare import compare
    from tb_keras_inspect.store.noise_scale import useful_batch_size
    from tb_keras_inspect.store.precision import forecast_precision
    from tb_keras_inspect.training.options.incident_options import IncidentOptions
    from tb_keras_inspect.training.options.options import (
        BudgetOptions,
        ControlOptions,
        DiagnosisOptions,
        RecordOptions,
    )
    from tb_keras_inspect.training.options.picture_options import PictureOptions
    from tb_keras_inspect.training.options.recovery_options import RecoveryOptions
    from tb_keras_inspect.training.options.webhooks import Webhook

_HOME = {
    "BudgetOptions": "tb_keras_inspect.training.options.options",
    "ControlOptions": "tb_keras_inspect.training.options.options",
    "DiagnosisOptions": "tb_keras_inspect.training.options.options",
    "IncidentOptions": "tb_keras_inspect.training.options.incident_options",
    "InspectCallback": "tb_keras_inspect.callback",
    "PictureOptions": "tb_keras_inspect.training.options.picture_options",
    "RecordOptions": "tb_keras_inspect.training.options.options",
    "RecoveryOptions": "tb_keras_inspect.training.options.recovery_options",
    "Webhook": "tb_keras_inspect.training.options.webhooks",
    "compare": "tb_keras_inspect.store",
    "compare_live": "tb_keras_inspect.lockstep",
    "coordinate_check": "tb_keras_inspect.advice.coordinates",
    "connect": "tb_keras_inspect.steering.connect",
    "diagnose": "tb_keras_inspect.diagnosis",
    "diff": "tb_keras_inspect.differences",
    "find_learning_rate": "tb_keras_inspect.advice.learning_rate",
    "fingerprints": "tb_keras_inspect.records.fingerprints",
    "forecast_precision": "tb_keras_inspect.store.precision",
    "load_run": "tb_keras_inspect.store",
    "load_runs": "tb_keras_inspect.store",
    "useful_batch_size": "tb_keras_inspect.store.noise_scale",
}
__all__ = [
    "BudgetOptions",
    "ControlOptions",
    "DiagnosisOptions",
    "IncidentOptions",
    "InspectCallback",
    "PictureOptions",
    "RecordOptions",
    "RecoveryOptions",
    "Webhook",
    "__version__",
    "compare",
    "compare_live",
    "connect",
    "coordinate_check",
    "diagnose",
    "diff",
    "find_learning_rate",
    "fingerprints",
    "forecast_precision",
    "load_run",
    "load_runs",
    "useful_batch_size",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
