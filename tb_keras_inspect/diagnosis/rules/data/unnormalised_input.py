"""The first trained layer receives values far from mean 0 and standard deviation 1.

What counts is what the layer receives, not what the data set holds: a Rescaling, Normalization or
Lambda layer in front of it makes any input fine, and token ids go into an embedding. Pixels from 0 to
1, or inputs with a standard deviation of 5, are fine too: "outside -1 to 1" raised false alarms on 21
of 36 healthy runs. The median over batches counts, so a single outlier does not.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import last_period, median, ratio, tail
from tb_keras_inspect.diagnosis.signals.structure import NORMALISING, Weighted
from tb_keras_inspect.diagnosis.signals.track import Track
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.diagnosis.wording import capitalised
from tb_keras_inspect.store.model.model import LayerInfo

PROBLEM = "unnormalised_input"
NEEDS = ("input",)
THRESHOLDS = (
    Threshold(
        "input_scale",
        10.0,
        1.0,
        1e6,
        "root mean square of the input of the first trained layer, above which it is too large",
        "image bytes and raw tables have 30 to 1000, standardised data 1, pixels from 0 to 16 have 8",
    ),
    Threshold(
        "input_scale_small",
        1e-3,
        1e-9,
        0.1,
        "root mean square below which the input is too small",
        "with weights of about 0.1 biases outweigh such an input",
    ),
    Threshold(
        "input_offset",
        20.0,
        2.0,
        1e6,
        "mean divided by standard deviation, above which all examples look the same to the layer",
        "white pictures with little ink on them have 3 to 10",
    ),
)
WORDS = {"large": "too large", "small": "too small", "offset": "too far from 0"}
EMBEDDING = "Embedding"
LEAST_STEPS = 100  # before a loss that has not moved counts
STUCK = 10.0  # factor on the limit for small inputs in a run that has not learned
SCALED_INSIDE = 0.1  # of the expected response, below which something scales the input first


def find(facts: Facts) -> Iterator[Finding]:
    """Yields one finding for each such input."""
    track = facts.track("input")
    first = facts.structure.weighted[0] if facts.structure.weighted else None
    if track is None or first is None or _starts_with_normalisation(facts, first):
        return
    if _comes_from_an_embedding(facts, first):
        return  # what the layer receives are weights
    before = _site_before(facts, first)
    activation = facts.track("activation")
    if before is not None and activation is not None:
        yield from _judge(facts, activation, before, first)
        return
    for row, name in enumerate(track.names):
        if not _holds_tokens(facts, track, row):
            yield from _judge(facts, track, name, first)


def _starts_with_normalisation(facts: Facts, first: Weighted) -> bool:
    """Whether a normalising layer comes before any trained kernel."""
    for site in facts.structure.sites:
        if site.name == first.site:
            return False
        layer = facts.structure.layers[site.layer]
        if layer.class_name in NORMALISING and not _keeps_its_statistics(layer):
            return True
    # Without sites, by the order of the layers.
    for layer in facts.structure.layers:
        if layer.path == first.layer.path:
            return False
        if layer.class_name in (*NORMALISING, "Rescaling"):
            # Without its output, whether it was adapted is not known.
            return layer.class_name == "Normalization" or not _keeps_its_statistics(layer)
    return False


def _keeps_its_statistics(layer: LayerInfo) -> bool:
    """Whether a layer scales by what it saw in another training, and not by what it receives now.

    A Normalization that was never adapted does nothing: what it outputs tells.
    """
    if layer.class_name == "Normalization":
        return True
    return layer.class_name == "BatchNormalization" and not layer.trainable


def _comes_from_an_embedding(facts: Facts, first: Weighted) -> bool:
    """Whether the model's only input goes through an embedding before any trained kernel."""
    structure = facts.structure
    sites = [site.name for site in structure.sites]
    if first.site not in sites or (structure.model and len(structure.model.inputs) > 1):
        return False
    before = structure.sites[: sites.index(first.site)]
    return any(EMBEDDING in structure.class_of(site) for site in before)


def _site_before(facts: Facts, first: Weighted) -> str | None:
    """The recorded output of the layer in front, which the first trained layer receives."""
    structure, track = facts.structure, facts.track("activation")
    sites = [site.name for site in structure.sites]
    inputs = structure.model.inputs if structure.model else ()
    if track is None or first.site not in sites or len(inputs) > 1:
        return None
    for site in reversed(structure.sites[: sites.index(first.site)]):
        if not structure.is_container(site.layer) and track.row(site.name) is not None:
            return site.name
    return None


def _holds_tokens(facts: Facts, track: Track, row: int) -> bool:
    """Whether an input holds whole numbers from 0, in a model with an embedding."""
    if not any(EMBEDDING in layer.class_name for layer in facts.structure.layers):
        return False
    low, high = track.thin("min")[:, row], track.thin("max")[:, row]
    return bool(
        np.all(low >= 0) and np.all(low == np.round(low)) and np.all(high == np.round(high))
    )


def _judge(facts: Facts, track: Track, name: str, first: Weighted) -> Iterator[Finding]:
    (row,) = track.rows([name])
    means, stds = (track.thin(statistic)[:, row] for statistic in ("mean", "std"))
    for part in (slice(None), tail(len(means))):  # data may change on the way
        mean, std = float(median(means[part])), float(median(stds[part]))
        size = float(np.hypot(mean, std))
        offset = abs(mean) / std if std > 0 else np.inf
        if not np.isfinite(size) or size == 0:
            return
        judged = _outside(facts, size, offset)
        if judged is None:
            continue
        variant, evidence, among = judged
        values = ratio(np.abs(means), stds) if variant == "offset" else np.hypot(means, stds)
        limit = evidence.threshold or 0.0
        period = last_period(values < limit if among == "below" else values > limit)
        at = period.first if period is not None else 0
        step = int(track.at[at])
        if variant == "large" and _is_scaled_inside(facts, first, size, step):
            return
        yield _finding(facts, track, name, first, variant, evidence, (mean, std), step)
        return


def _outside(facts: Facts, size: float, offset: float) -> tuple[str, Evidence, str] | None:
    """How an input is not normalised: the variant, what shows it, and on which side of the limit."""
    limits = facts.thresholds
    if size > limits["input_scale"]:
        evidence = Evidence("root mean square", size, "", limits["input_scale"])
        return "large", evidence, "above"
    # Where the loss has not moved, a little more is too small as well.
    stuck = facts.progress.is_stuck and facts.steps_done >= LEAST_STEPS
    small = limits["input_scale_small"] * (STUCK if stuck else 1.0)
    if size < small:
        evidence = Evidence("root mean square", size, "", small)
        return "small", evidence, "below"
    if offset > limits["input_offset"] and size > 1:
        evidence = Evidence("mean / standard deviation", offset, "", limits["input_offset"])
        return "offset", evidence, "above"
    return None


def _is_scaled_inside(facts: Facts, first: Weighted, size: float, step: int) -> bool:
    """Whether the output of the first layer is far smaller than such an input would make it.

    An operation that is no layer, such as `x / 255`, does not show. A kernel whose columns have norm w
    makes outputs of about `size` * w.
    """
    activation, weights = facts.track("activation"), facts.track("weight")
    site = facts.structure.site(first.site)
    row = weights.row(first.kernels[0]) if weights is not None else None
    plain = first.layer.class_name.startswith(("Dense", "Conv"))
    column = activation.row(first.site) if activation is not None else None
    if activation is None or weights is None or site is None or site.units < 1 or not plain:
        return False
    if row is None or column is None:
        return False
    at = int(np.searchsorted(weights.at, step, side="right")) - 1
    expected = size * float(weights.thin("l2")[max(at, 0), row]) / np.sqrt(site.units)
    begin = int(np.searchsorted(activation.at, step))
    near = slice(begin, begin + 3)
    if not len(activation.at[near]):
        return False
    if site.activation in ("", "linear", "relu", "leaky_relu", "elu", "selu", "gelu", "silu"):
        response = np.hypot(
            activation.thin("mean")[near, column], activation.thin("std")[near, column]
        )
        return bool(0 < np.max(response) < SCALED_INSIDE * expected)
    saturated = activation.thin("saturated_fraction")[near, column]
    return expected > 20 and bool(np.max(saturated) < 0.1)


def _finding(
    facts: Facts,
    track: Track,
    name: str,
    first: Weighted,
    variant: str,
    judged: Evidence,
    moments: tuple[float, float],
    step: int,
) -> Finding:
    mean, std = moments
    shown = f"the output of {name}" if track.kind == "activation" else f"input {name}"
    limit = judged.threshold or np.inf
    return Finding(
        problem=PROBLEM,
        variant=variant,
        severity="warning",
        confidence=0.9 if variant == "large" and judged.value > 3 * limit else 0.75,
        title=f"{capitalised(shown)} is not normalised: mean {mean:.3g}, standard deviation "
        f"{std:.3g}{f' since step {step}' if step > facts.first_step else ''}",
        first_step=step,
        last_step=facts.last_step,
        ongoing=True,
        cause=f"The initial weights of {first.layer.path} suit inputs with standard deviation 1; "
        f"these are {WORDS[variant]}. The gradient of the weights scales with them, so no learning "
        "rate suits all layers, and functions saturate or units die.",
        where=Where(layers=[first.layer.path], variables=list(first.kernels)),
        evidence=[
            Evidence(judged.name, judged.value, "", judged.threshold, track.kind, "std", name),
            Evidence("mean", mean, "", None, track.kind, "mean", name),
            Evidence("standard deviation", std, "", None, track.kind, "std", name),
        ],
        advice=[
            *_for_frozen(facts, first),
            *_for_rescaling(facts, first),
            Advice(
                "Normalise each feature to mean 0 and standard deviation 1, with a layer that is "
                "saved with the model.",
                "normalise = keras.layers.Normalization()\nnormalise.adapt(x_train)  "
                "# and make it the first layer",
            ),
            Advice("Check that the inputs are not scaled down twice.")
            if variant == "small"
            else Advice("For images, scale bytes down.", "keras.layers.Rescaling(1 / 255)"),
        ],
    )


def _for_rescaling(facts: Facts, first: Weighted) -> list[Advice]:
    """What to try where a layer in front is to scale the inputs, and does not."""
    found = []
    for layer in facts.structure.layers:
        if layer.path == first.layer.path:
            break
        if layer.class_name == "Normalization":
            line = f'model.get_layer("{layer.path.split("/")[-1]}").adapt(x_train)'
            text = (
                f"Call adapt() of {layer.path} before training: so far it does not scale its input."
            )
            found.append(Advice(text, line))
        if layer.class_name == "Rescaling":
            scale = layer.settings.get("scale", "")
            text = f"Check the scale of {layer.path}, {scale}: for bytes it is 1 / 255."
            found.append(Advice(text, "keras.layers.Rescaling(1 / 255)"))
    return found


def _for_frozen(facts: Facts, first: Weighted) -> list[Advice]:
    """What to try where frozen layers come first, which were trained on inputs of another scale."""
    structure = facts.structure
    sites = [site.name for site in structure.sites]
    before = structure.sites[: sites.index(first.site)] if first.site in sites else ()
    layers = [structure.layers[site.layer] for site in before]
    if not any(layer.parameters and not layer.trainable for layer in layers):
        return []
    return [
        Advice(
            "Prepare the inputs as the frozen layers in front were trained, with the preprocessing "
            "that belongs to them.",
            "x = keras.applications.resnet.preprocess_input(x)  # of the same model",
        )
    ]
