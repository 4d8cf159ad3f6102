"""Finds where two runs part, and tells rounding from substance."""

import math

from tb_keras_inspect.catalog.phases import Phase
from tb_keras_inspect.differences import settings
from tb_keras_inspect.differences.result import Parting, largest
from tb_keras_inspect.differences.settings import SettingDifference
from tb_keras_inspect.differences.tensors import TensorDifference, Tensors
from tb_keras_inspect.store.model.model import ModelInfo

SPACINGS = {"float64": 2.0**-52, "float32": 2.0**-23, "bfloat16": 2.0**-7, "float16": 2.0**-10}
# Most spacings, relative to the tensor, by which rounding alone lets a tensor differ: element by
# element, and in a sum over many elements. Coarse formats are rounded fewer times.
ELEMENTWISE, SUMMED, SUMMED_COARSE = 16, 512, 16
_SUMMED = (Phase.ACTIVATION, Phase.LOSS, Phase.GRADIENT)
_DATA = (Phase.INPUT, Phase.TARGET, Phase.SAMPLE_WEIGHT)
_BEFORE = (Phase.WEIGHT, Phase.STATE, Phase.OPTIMIZER_STATE)
# Rounding does not make the output of a layer differ by so much, relative to its norm, in one step: in
# float32 or finer, and in coarser formats.
JUMP, JUMP_COARSE = 0.01, 0.05
MOST_GROWTH = 50  # points


def find_parting(
    tensors: Tensors, models: tuple[ModelInfo, ModelInfo], differing: list[SettingDifference]
) -> Parting | None:
    """Where the runs first part; None where no tensor differs.

    Args:
        tensors: What can be compared.
        models: The model records of both.
        differing: The settings that differ.
    """
    until = None
    for step in tensors.steps.tolist():
        found = list(tensors.differing(step))
        if found:
            return _parting(tensors, models, differing, step, found, until)
        until = step
    return None


def growth(tensors: Tensors, parting: Parting) -> tuple[tuple[int, float], ...]:
    """(step, size) of the largest difference among the weights, from the parting on."""
    steps = [step for step in tensors.steps.tolist() if step >= parting.step]
    chosen = steps[:: max(1, -(-len(steps) // MOST_GROWTH))]
    found = []
    for step in dict.fromkeys([*chosen, *steps[-1:]]):
        weights = [
            item
            for item in tensors.differing(step)
            if item.phase in (Phase.WEIGHT, Phase.WEIGHT_AFTER)
        ]
        size = largest(weights) if weights else 0.0
        if math.isfinite(size):
            found.append((step, size))
    return tuple(found)


def _parting(
    tensors: Tensors,
    models: tuple[ModelInfo, ModelInfo],
    differing: list[SettingDifference],
    step: int,
    found: list[TensorDifference],
    until: int | None,
) -> Parting:
    phase = found[0].phase
    same_phase = [item for item in found if item.phase is phase]
    # The backward pass begins at the last layer.
    first = same_phase[-1 if phase is Phase.GRADIENT else 0]
    size = first.size if phase in _SUMMED else largest(same_phase)
    spacing = _spacing(models, phase)
    causes = tuple(item for item in differing if _acts(item, phase, first.a, until))
    substance = math.isnan(size) or size > _limit(phase, spacing)
    if phase in _DATA and size == 0.0:  # sums of whole numbers may happen to be equal
        substance, size = True, math.nan
    if any(item.group not in (settings.NUMERIC, settings.RECORDING) for item in causes):
        substance = True
    known = math.isfinite(size)
    jump = None if substance else _jump(found, spacing)
    return Parting(
        step,
        phase,
        first.a,
        first.b,
        tuple(item.a for item in same_phase),
        tensors.count(phase),
        until,
        size if known else None,
        size / spacing if known else None,
        substance,
        tuple(item.a for item in found if phase in _DATA and item.phase is Phase.WEIGHT),
        "" if jump is None else jump.a,
        None if jump is None else jump.size,
        causes,
        first.same_norm and substance,
    )


def _jump(found: list[TensorDifference], spacing: float) -> TensorDifference | None:
    least = JUMP if spacing <= SPACINGS["float32"] else JUMP_COARSE
    # Not of gradients: one that is nothing but rounding, as of a bias before a normalization, may
    # differ by any factor.
    outputs = (item for item in found if item.phase is Phase.ACTIVATION)
    return next((item for item in outputs if item.size > least), None)


def _limit(phase: Phase, spacing: float) -> float:
    if phase not in _SUMMED:
        return ELEMENTWISE * spacing
    return (SUMMED if spacing <= SPACINGS["float32"] else SUMMED_COARSE) * spacing


def _spacing(models: tuple[ModelInfo, ModelInfo], phase: Phase) -> float:
    """The relative spacing of the coarsest format in which the tensors of a phase are computed."""
    names = {"float32"}
    if phase in _SUMMED:
        names |= {layer.dtype for model in models for layer in model.layers}
    elif phase not in _DATA:
        names |= {variable.dtype for model in models for variable in model.variables}
    return max(SPACINGS[name] for name in names if name in SPACINGS)


def _acts(item: SettingDifference, phase: Phase, tensor: str, until: int | None) -> bool:
    """Whether a setting can make a tensor of a phase differ where all before it is the same."""
    if phase in _DATA:
        return item.group in (settings.DATA, settings.SEED)
    if item.group == settings.SEED:
        return phase in _BEFORE and until is None
    if item.group == settings.LAYER:
        own = bool(item.layer) and (tensor == item.layer or tensor.startswith(f"{item.layer}/"))
        initial = "initializer" in item.name or item.name.endswith(".parameters")
        if phase in _BEFORE:
            return own and until is None and initial
        return phase in (Phase.ACTIVATION, Phase.LOSS, Phase.GRADIENT) and (own and not initial)
    if item.group == settings.MODEL:
        return until is None
    if item.group == settings.LOSS:
        return phase in (Phase.LOSS, Phase.GRADIENT)
    if item.group == settings.OPTIMIZER:
        return phase.value.endswith("_after") or phase is Phase.OPTIMIZER_STATE
    if item.group == settings.NUMERIC:
        return True
    return item.group == settings.RECORDING and phase not in _BEFORE
