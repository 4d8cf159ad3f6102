"""Layers that are frozen.

A frozen layer is a note, because freezing is how you fine-tune. It is a warning if layers in front of
it train, or if the model does not learn with it; not where LoRA trains adapters beside it.
"""

from collections.abc import Iterator

from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.structure import NORMALISING
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.diagnosis.wording import listed

PROBLEM = "untrained_layer"
NEEDS: tuple[str, ...] = ()
THRESHOLDS: tuple[Threshold, ...] = ()
NOT_FALLING = 0.95  # loss relative to the baseline: a head on frozen layers may learn slowly
MOSTLY_FROZEN = 0.9  # fraction of all parameters
CAUSE = (
    "`trainable` is False for these layers, so their weights stay as they are. That is "
    "how you fine-tune; with weights that were never trained it is a mistake."
)


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding."""
    structure = facts.structure
    frozen = [
        index
        for index, layer in enumerate(structure.layers)
        if not layer.trainable and layer.parameters and not structure.is_container(index)
    ]
    if not frozen:
        return
    paths = [structure.layers[index].path for index in frozen]
    parameters = float(sum(structure.layers[index].parameters for index in frozen))
    severity, why = _severity_of_frozen(facts, frozen)
    if severity == "note" and set(paths) <= set(structure.frozen_as_initialised):
        return  # `frozen_initial_weights` says more
    yield Finding(
        problem=PROBLEM,
        variant="frozen",
        severity=severity,
        confidence=0.5 if severity == "note" else 0.7,
        title=f"{listed(paths)} {'is' if len(paths) == 1 else 'are'} frozen{why}",
        first_step=facts.first_step,
        last_step=facts.last_step,
        ongoing=True,
        cause=CAUSE,
        where=Where(layers=paths),
        evidence=[Evidence("frozen parameters", parameters, "parameters")],
        advice=[_unfreeze(facts, paths)],
    )


def _unfreeze(facts: Facts, paths: list[str]) -> Advice:
    structure = facts.structure
    owners = {
        layer.path
        for index, layer in enumerate(structure.layers)
        if layer.parameters and not structure.is_container(index)
    }
    if owners <= set(paths):
        return Advice("Nothing is left to train: unfreeze the model.", "model.trainable = True")
    return Advice(
        "If you want to train it, unfreeze it before `compile`.",
        f'model.get_layer("{paths[0].split("/")[0]}").trainable = True',
    )


def _severity_of_frozen(facts: Facts, frozen: list[int]) -> tuple[str, str]:
    """The severity, and the end of the title that says why it is more than a note."""
    structure = facts.structure
    if not structure.variables:
        return "error", ", and so is everything else: nothing trains"
    if structure.has_adapters:
        return "note", ", and LoRA adapters train in their place"
    if structure.has_own_step:
        return "note", ""
    if _are_behind_trained(facts, frozen):
        return "warning", ", behind layers that train"
    if facts.progress.is_stuck and facts.progress.fraction > NOT_FALLING:
        return "warning", ", and the loss does not fall"
    return "note", ""


def _are_behind_trained(facts: Facts, frozen: list[int]) -> bool:
    """Whether layers in front of them train. Fine-tuning freezes the first layers, not the last.

    A frozen model within a model (the discriminator while the generator trains), frozen normalisation
    and models that are frozen except for adapters are intended.
    """
    structure = facts.structure
    total = sum(
        layer.parameters
        for index, layer in enumerate(structure.layers)
        if not structure.is_container(index)
    )
    fraction = sum(structure.layers[index].parameters for index in frozen) / max(total, 1)
    first_site = {site.layer: n for n, site in reversed(list(enumerate(structure.sites)))}
    first_trained = min((item.depth for item in structure.weighted), default=0)
    return fraction < MOSTLY_FROZEN and any(
        first_site.get(index, -1) > first_trained
        and structure.layers[index].parent < 0
        and structure.layers[index].class_name not in NORMALISING
        for index in frozen
    )
