"""What was found about two runs, in words."""

from collections.abc import Iterator, Sequence

from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.catalog.phases import Phase
from tb_keras_inspect.diagnosis.wording import listed, number_text
from tb_keras_inspect.differences import settings as groups
from tb_keras_inspect.differences.matching import LayerMatch
from tb_keras_inspect.differences.result import Parting
from tb_keras_inspect.differences.same_examples import order_of_examples
from tb_keras_inspect.differences.settings import SettingDifference
from tb_keras_inspect.differences.tensors import Tensors
from tb_keras_inspect.store.run import RunData

_SWITCH_ON = (
    'Record both runs with InspectCallback(every=<the same number>, record={"checksums": True}) to '
    "compare every bit"
)
ELEMENT_BY_ELEMENT = set(Phase) - {Phase.ACTIVATION, Phase.LOSS, Phase.GRADIENT}
_WHAT = {
    Phase.INPUT: "the inputs differ: {}",
    Phase.TARGET: "the inputs are the same, the targets differ: {}",
    Phase.SAMPLE_WEIGHT: "inputs and targets are the same, the sample weights differ: {}",
    Phase.STATE: "data and weights are the same, the state of the model differs: {}",
    Phase.OPTIMIZER_STATE: "data and weights are the same, the optimizer's state differs: {}",
    Phase.ACTIVATION: "data and weights are the same; they part in the forward pass, at the output "
    "of {}",
    Phase.LOSS: "all outputs of layers are the same, the loss differs",
    Phase.GRADIENT: "the loss is the same; they part in the backward pass, at the gradient of {}",
    Phase.OPTIMIZER_STATE_AFTER: "the gradients are the same, the optimizer makes another state of "
    "them: {}",
    Phase.WEIGHT_AFTER: "the gradients are the same, the optimizer makes another update of {}",
    Phase.STATE_AFTER: "the updates are the same, the state that the step leaves differs: {}",
}


def sentences(
    runs: tuple[RunData, RunData],
    layers: LayerMatch,
    tensors: Tensors,
    settings: Sequence[SettingDifference],
    parting: Parting | None,
    growth: Sequence[tuple[int, float]],
) -> Iterator[str]:
    """Where the runs part, what that means, and what could not be compared."""
    if parting is None:
        yield _nothing_found(tensors)
    else:
        yield _where(runs, parting)
        yield from _too(parting)
        yield from _meaning(parting)
        if parting.same_norm and parting.phase not in (Phase.STATE, Phase.TARGET):
            yield (
                f"{parting.tensor} has the same norm in both: it may hold the same numbers in another "
                "order, as a transposed kernel, shuffled examples, or parts of a batch on another "
                "number of devices do."
            )
        if parting.jump and parting.jump_size is not None:
            yield (
                f"In the same step the output of {parting.jump} differs by "
                f"{number_text(parting.jump_size)} of the norm, which is more than rounding: the layer "
                "computes something else, or draws other random numbers."
            )
        yield from _growth(parting, growth)
    matched, most = len(layers.pairs), max(len(run.model.layers) for run in runs)
    if matched * 2 < most:
        yield (
            f"These are different models: {matched} of {most} layers have a partner; only those are "
            "compared."
        )
    if tensors.permuted:
        yield (
            f"{listed(sorted(tensors.permuted))}: the axes are in another order, as in a converted "
            "model, so norms were compared, not bits."
        )
    if not tensors.exact:
        lacking = [run.name for run in runs if Kind.CHECKSUM.value not in run.kinds]
        yield (
            f"No checksums in {listed(lacking)}: statistics and hashes were compared, which do not "
            f"show rounding. {_SWITCH_ON}."
        )
    recording = [item.name for item in settings if item.group == groups.RECORDING]
    if recording and parting is not None and not parting.substance:
        yield (
            f"The runs were recorded with other options ({listed(recording)}); where a compiler fuses "
            "the step, that alone may round differently."
        )


def _nothing_found(tensors: Tensors) -> str:
    steps = tensors.steps
    if not len(steps):
        return (
            f"No step was sampled in both runs, so only the settings were compared. {_SWITCH_ON}."
        )
    what = f"{len(steps)} common steps ({steps[0]} to {steps[-1]}), {tensors.count()} tensors each"
    if tensors.exact:
        return f"No difference: {what}, the same to the bit."
    return f"No difference that statistics show: {what}."


def _where(runs: tuple[RunData, RunData], parting: Parting) -> str:
    step, until = parting.step, parting.same_until
    if parting.phase is Phase.WEIGHT:
        what = _weights(parting)
        if until is None:
            first = all(run.extent()[1] == step for run in runs) and step == 0
            what = what.replace("the weights", "the initial weights" if first else "the weights")
            return f"From the first common step on ({step}), {what}{_size(parting)}."
        return (
            f"The same until step {until}. Before step {step} {what}{_size(parting)}: they parted at a "
            "step in between, which was not sampled in both; every=1 shows where."
        )
    names = parting.tensors if parting.phase not in (Phase.ACTIVATION, Phase.GRADIENT) else ()
    what = _WHAT[parting.phase].format(_named(parting, names))
    if parting.phase is Phase.INPUT:
        what += order_of_examples(runs, step)
    before = "" if until is None else f"The same until step {until}. "
    return f"{before}At step {step} {what}{_size(parting)}."


def _too(parting: Parting) -> Iterator[str]:
    if parting.phase in (Phase.INPUT, Phase.TARGET, Phase.SAMPLE_WEIGHT):
        initial = "initial weights" if parting.same_until is None else "weights"
        if parting.weights:
            yield f"At that step the {initial} differ too, in {listed(parting.weights)}."
        else:
            yield f"The {initial} are the same."


def _weights(parting: Parting) -> str:
    count = len(parting.tensors)
    if count == parting.of and count > 1:
        return f"the weights differ in all {count} variables"
    alone = " alone" if count <= 3 else ""
    return f"the weights differ in {listed(parting.tensors)}{alone}"


def _named(parting: Parting, names: Sequence[str]) -> str:
    other = f" ({parting.other})" if parting.other != parting.tensor else ""
    return listed(names) if len(names) > 1 else f"{parting.tensor}{other}"


def _size(parting: Parting) -> str:
    if parting.size is None or parting.phase in (Phase.STATE, Phase.TARGET):  # seeds and classes
        return ""
    if parting.size == 0.0:
        return ", by too little to be measured"
    spacings = number_text(float(f"{parting.spacings:.2g}"))
    up_to = "up to " if len(parting.tensors) > 1 and parting.phase in ELEMENT_BY_ELEMENT else ""
    size = number_text(parting.size)
    return f", by {up_to}{size} of the norm ({spacings} spacings of the floating-point format)"


def _meaning(parting: Parting) -> Iterator[str]:
    causes = [item for item in parting.causes if item.group != groups.RECORDING]
    if causes:
        yield f"Settings that differ and act here: {'; '.join(map(str, causes[:5]))}."
    if parting.substance:
        if not causes:
            yield f"This is more than rounding: {_suspects(parting)}."
        return
    if causes:
        yield "The difference is of the size of rounding, as another way to compute gives."
    else:
        yield (
            "The difference is of the size of rounding, and no setting that is recorded explains it: "
            "the computation is not deterministic there, or the machines differ."
        )


def _suspects(parting: Parting) -> str:
    match parting.phase:
        case Phase.INPUT:
            return "the data, their order (shuffling) or their preprocessing differ"
        case Phase.TARGET | Phase.SAMPLE_WEIGHT:
            return "labels, their coding, or class and sample weights differ"
        case Phase.WEIGHT if parting.same_until is None:
            return "the seed, an initializer or the weights that were loaded differ"
        case Phase.WEIGHT:
            return "look for what happens between steps, such as callbacks"
        case Phase.STATE:
            return "a seed, moving averages or frozen weights differ"
        case Phase.OPTIMIZER_STATE:
            return "the learning rate, or what the optimizer was restored from, differs"
        case Phase.ACTIVATION:
            return "the layer computes something else, or draws other random numbers"
        case Phase.LOSS:
            return "another loss, reduction or regularization"
        case Phase.GRADIENT:
            return "a custom gradient, or a part of the loss that is not recorded"
        case _:
            return "the optimizer treats these variables differently, by options it does not report"


def _growth(parting: Parting, growth: Sequence[tuple[int, float]]) -> Iterator[str]:
    later = [item for item in growth if item[0] > parting.step]
    if not later:
        return
    step, size = later[-1]
    if size == 0.0:
        yield f"By step {step} the weights are the same again."
    else:
        yield f"By step {step} the weights differ by up to {number_text(size)} of the norm."
