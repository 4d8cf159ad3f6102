"""The activation functions in use at one snapshot."""

import dataclasses
from collections.abc import Sequence

from tb_keras_inspect import records
from tb_keras_inspect.records import DecodedActivationFunction, RecordError
from tb_keras_inspect.store.display import Shown
from tb_keras_inspect.store.pictures.maps import Snapshot
from tb_keras_inspect.store.problems import Problems


@dataclasses.dataclass(frozen=True, repr=False)
class ActivationFunctions(Shown):
    """The activation functions in use at one snapshot.

    Attributes:
        step: Step of the snapshot.
        functions: By name of the layer call, in the order of the forward pass.
    """

    step: int
    functions: dict[str, DecodedActivationFunction]


def functions_at(
    snapshot: Snapshot, names: Sequence[str], problems: Problems
) -> ActivationFunctions:
    """Reads the functions of one snapshot; unreadable ones are left out and noted in `problems`."""
    functions = {}
    for name in names:
        try:
            functions[name] = records.decode_activation_function(snapshot.read(name))
        except RecordError as error:
            problems.note(f"activation_function: {name} of step {snapshot.step}: {error}")
    return ActivationFunctions(snapshot.step, functions)
