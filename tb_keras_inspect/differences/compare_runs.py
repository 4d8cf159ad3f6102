"""`diff`: two runs side by side, from their settings to the first tensor that differs."""

import os

import numpy as np

from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.differences.matching import match_layers
from tb_keras_inspect.differences.parting import find_parting, growth
from tb_keras_inspect.differences.result import ROUNDING, SAME, SUBSTANCE, UNKNOWN, RunDiff
from tb_keras_inspect.differences.sentences import sentences
from tb_keras_inspect.differences.settings import setting_differences
from tb_keras_inspect.differences.tensors import Tensors
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.loading import load_run
from tb_keras_inspect.store.run import RunData


def diff(
    run_a: RunData | str | os.PathLike[str], run_b: RunData | str | os.PathLike[str]
) -> RunDiff:
    """What differs between two runs, and where they first part.

    Compares the settings, then each step that both runs have sampled, tensor by tensor in the order of
    the step: data, weights, forward pass, loss, backward pass, update. With checksums in both runs
    (`InspectCallback(record={"checksums": True})`) every bit counts; without, statistics and hashes are
    compared. Layers are matched by the structure of the model, so they may have other names.

    Args:
        run_a, run_b: Runs, or directories to pass to `load_run`.

    Returns:
        The settings that differ, the first difference, whether it is rounding or substance, and all of
        it in words.

    Raises:
        StoreError: if a run cannot be read, or has no model record.

    Example:

    ```python
    from tb_keras_inspect import diff

    found = diff("logs/a", "logs/b")
    print(found)
    found.outcome  # "same", "rounding", "substance", or "unknown" without common steps
    ```
    """
    a, b = (run if isinstance(run, RunData) else load_run(run) for run in (run_a, run_b))
    models = a.model, b.model
    layers = match_layers(*models)
    tensors = Tensors(a, b, layers)
    settings = setting_differences(*models, layers, (_first_step(a), _first_step(b)))
    parting = find_parting(tensors, models, settings)
    outcome = UNKNOWN if not len(tensors.steps) else SAME
    if parting is not None:
        outcome = SUBSTANCE if parting.substance or parting.jump else ROUNDING
    grown = () if parting is None else growth(tensors, parting)
    return RunDiff(
        a.name,
        b.name,
        outcome,
        tuple(settings),
        parting,
        tensors.exact,
        len(tensors.steps),
        tensors.count(),
        grown,
        tuple(sentences((a, b), layers, tensors, settings, parting, grown)),
    )


def _first_step(run: RunData) -> dict[str, float]:
    """The numbers of the first sampled step, by name."""
    try:
        table = run.table(Kind.STEP.value)
    except NotRecordedError:
        return {}
    values = table.values[0, 0].tolist() if len(table.steps) else []
    return {name: x for name, x in zip(table.statistics, values, strict=False) if not np.isnan(x)}
