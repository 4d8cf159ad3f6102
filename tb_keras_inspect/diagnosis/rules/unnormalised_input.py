"""What enters the first trained layer is far from mean 0 and deviation 1.

Looked at is what the layer gets, not what the data set holds: a Rescaling, a Normalization or a
Lambda in front of it makes any input fine, and token numbers go into an embedding. Pixels of 0 to 1,
or inputs with a deviation of 5, are fine too: "outside -1 to 1" raised false alarms on 21 of 36
healthy runs. The median over batches counts, so that one outlier does not.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.facts import Facts
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.onset import median
from tb_keras_inspect.diagnosis.structure import NORMALISING
from tb_keras_inspect.diagnosis.thresholds import Threshold

PROBLEM = "unnormalised_input"
THRESHOLDS = (
    Threshold(
        "input_scale",
        10.0,
        1.0,
        1e6,
        "root mean square of what enters the first trained layer, above which it is too large",
        "bytes of pictures and raw tables have 30 to 1000, standardised data 1, pixels of 0 to 16 8",
    ),
    Threshold(
        "input_scale_small",
        1e-3,
        1e-9,
        0.1,
        "root mean square below which it is too small",
        "weights of about 0.1 make pre-activations that biases outweigh",
    ),
    Threshold(
        "input_offset",
        20.0,
        2.0,
        1e6,
        "mean over deviation, above which all samples look the same to the layer",
        "white pictures with little ink on them have 3 to 10",
    ),
)
EMBEDDING = "Embedding"
SCALED_INSIDE = 0.1  # of the response expected, below which something scales the input first


def find(facts: Facts) -> Iterator[Finding]:
    """One finding for each input that is off."""
    track = facts.track("input")
    first = facts.structure.weighted[0] if facts.structure.weighted else None
    if track is None or first is None or _starts_with_norm(facts):
        return
    before = _site_before(facts, first)
    if before is not None:
        yield from _judge(facts, facts.track("activation"), before, first)
        return
    for row, name in enumerate(track.names):
        if not _is_tokens(facts, track, row):
            yield from _judge(facts, track, name, first)


def _starts_with_norm(facts: Facts) -> bool:
    """Whether a layer that normalises comes before any trained kernel."""
    first = facts.structure.weighted[0]
    for site in facts.structure.sites:
        if site.name == first.site:
            return False
        if facts.structure.class_of(site) in NORMALISING:
            return True
    # Without sites: the order of the layers.
    for layer in facts.structure.layers:
        if layer.path == first.layer.path:
            return False
        if layer.class_name in NORMALISING or layer.class_name == "Rescaling":
            return True
    return False


def _site_before(facts: Facts, first) -> str | None:
    """The recorded output of the layer in front, which is what the first trained layer gets."""
    track = facts.track("activation")
    names = [site.name for site in facts.structure.sites]
    if track is None or first.site not in names or len(facts.structure.model.inputs) > 1:
        return None
    position = names.index(first.site)
    for name in reversed(names[:position]):
        site = facts.structure.site(name)
        if not facts.structure.is_container(site.layer) and track.row(name) is not None:
            return name
    return None


def _is_tokens(facts: Facts, track, row: int) -> bool:
    """Whole numbers from 0 in a model that has an embedding."""
    if not any(EMBEDDING in layer.class_name for layer in facts.structure.layers):
        return False
    low, high = track.thin("min")[:, row], track.thin("max")[:, row]
    return bool(
        np.all(low >= 0) and np.all(low == np.round(low)) and np.all(high == np.round(high))
    )


def _judge(facts: Facts, track, name: str, first) -> Iterator[Finding]:
    row = track.row(name)
    mean, deviation = (float(median(track.thin(s)[:, row])) for s in ("mean", "std"))
    size = float(np.hypot(mean, deviation))
    offset = abs(mean) / deviation if deviation > 0 else np.inf
    limits = facts.thresholds
    if not np.isfinite(size) or size == 0:
        return
    if size > limits["input_scale"]:
        if _is_scaled_inside(facts, first, size):
            return
        word, name_, value, limit = "large", "root mean square", size, limits["input_scale"]
    elif size < limits["input_scale_small"]:
        word, name_, value, limit = "small", "root mean square", size, limits["input_scale_small"]
    elif offset > limits["input_offset"] and size > 1:
        word, name_, value, limit = "far off", "mean over deviation", offset, limits["input_offset"]
    else:
        return
    yield _finding(facts, track, name, first, (word, name_, value, limit), (mean, deviation))


def _is_scaled_inside(facts: Facts, first, size: float) -> bool:
    """Whether the first layer's output is far smaller than such an input would make it.

    An operation that is no layer, such as `x / 255`, does not show. A kernel with columns of norm w
    makes outputs of about `size` * w.
    """
    activation, weights = facts.track("activation"), facts.track("weight")
    site = facts.structure.site(first.site)
    row = weights.row(first.kernels[0]) if weights is not None else None
    plain = first.layer.class_name.startswith(("Dense", "Conv"))
    if activation is None or site is None or row is None or site.units < 1 or not plain:
        return False
    column = activation.row(site.name)
    expected = size * float(weights.thin("l2")[0, row]) / np.sqrt(site.units)
    if site.activation in ("", "linear", "relu", "leaky_relu", "elu", "selu", "gelu", "silu"):
        response = np.hypot(activation.thin("mean")[:3, column], activation.thin("std")[:3, column])
        return bool(0 < np.max(response) < SCALED_INSIDE * expected)
    saturated = activation.thin("saturated_fraction")[:3, column]
    return expected > 20 and bool(np.max(saturated) < 0.1)


def _finding(facts: Facts, track, name: str, first, judged, moments) -> Finding:
    word, what, value, limit = judged
    mean, deviation = moments
    shown = f"what {name} puts out" if track.kind == "activation" else f"input {name}"
    kind = track.kind
    return Finding(
        problem=PROBLEM,
        severity="warning",
        confidence=0.9 if word == "large" and value > 3 * limit else 0.75,
        title=f"{shown[0].upper()}{shown[1:]} is not normalised: mean {mean:.3g}, deviation "
        f"{deviation:.3g}",
        first_step=facts.first_step,
        last_step=facts.last_step,
        ongoing=True,
        cause=f"The initial weights of {first.layer.path} are made for inputs of deviation 1; these "
        f"are too {word}. The gradient of its weights scales with them, so that no learning rate "
        "suits all layers, and functions saturate or units die.",
        where=Where(layers=[first.layer.path], variables=list(first.kernels)),
        evidence=[
            Evidence(what, float(value), "", limit, kind, "std", name),
            Evidence("mean", mean, "", None, kind, "mean", name),
            Evidence("deviation", deviation, "", None, kind, "std", name),
        ],
        advice=[
            Advice(
                "Bring each feature to mean 0 and deviation 1, with a layer that goes along with "
                "the model.",
                "normalise = keras.layers.Normalization()\nnormalise.adapt(x_train)  "
                "# and put it first",
            ),
            Advice("For pictures, scale bytes down.", "keras.layers.Rescaling(1 / 255)"),
        ],
    )
