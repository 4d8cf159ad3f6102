"""The model's output is the same for every input, while the targets differ.

A ReLU at the end that is zero for all inputs, or a sigmoid, tanh or softmax that is stuck at its flat
end, passes on no gradient: nothing can bring it back. Outputs that look alike only early in training
are not judged: the state must last until the end of the recorded run. Targets that are all the same
make a constant output right.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.advice import layer_line
from tb_keras_inspect.diagnosis.evidence import loss_fraction
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.padding import mask, padding_text, unmasked_padding
from tb_keras_inspect.diagnosis.rules.layers import constant_layer
from tb_keras_inspect.diagnosis.signals.alike import where_alike
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import last_period, median, ratio, tail
from tb_keras_inspect.diagnosis.signals.structure import BOUNDED, RELU
from tb_keras_inspect.diagnosis.signals.track import Track
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.diagnosis.trigger import trigger
from tb_keras_inspect.diagnosis.wording import number_text, since
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.model.model import SiteInfo

PROBLEM = "constant_output"
NEEDS = ("activation", "target")
THRESHOLDS = (
    Threshold(
        "constant_spread",
        1e-3,
        0.0,
        0.1,
        "standard deviation of the outputs of a batch divided by that of the targets (of a softmax: "
        "how far the largest probabilities of its classes add up to more than 1), below which outputs "
        "are constant",
        "37 healthy runs measured here: 0.1 at least once they have trained",
    ),
)
LEAST_SAMPLES = 5
LEAST_STEPS = 100  # before a hidden layer is judged
SHRUNK = 0.02  # spread of a hidden layer's outputs at the end, relative to that at the start
SATURATED = 0.99  # fraction of the outputs
LARGE_BIAS = 5.0  # where a sigmoid or tanh is flat
CAUSES = {
    "relu": "The ReLU on the output is negative for every input, so it outputs 0. Its slope there is 0 "
    "too: no gradient reaches any layer, and the model never changes again.",
    "saturated": "The output lies at the flat end of its activation function for every input, so "
    "hardly any gradient reaches the layers before it.",
    "padding": "A recurrent layer goes on through the padding as through words, and what it outputs "
    "last is what is left after it: by then it has forgotten the words.",
    "collapsed": "What the layers pass on no longer depends on the input: all samples get the same "
    "output, and only the biases of the last layer can still learn.",
}


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding."""
    if not any(constant_layer.find(facts)):
        yield from list(_output(facts)) or _hidden(facts)


def _hidden(facts: Facts) -> Iterator[Finding]:
    """A layer with weights that once passed on something and now passes on nothing that varies."""
    track, progress = facts.track("activation"), facts.progress
    if track is None or len(track.at) < 4 * LEAST_SAMPLES or progress.has_learned:
        return
    if facts.steps_done < LEAST_STEPS:
        return
    # A loss that has risen has other causes.
    if facts.structure.has_own_step or not progress.known or progress.end > progress.start:
        return
    sites = [item.site for item in facts.structure.weighted[:-1] if item.site in track.names]
    spread = track.thin("std")[:, track.rows(sites)]
    left = ratio(median(spread[tail(len(spread))], axis=0), median(spread[:LEAST_SAMPLES], axis=0))
    lost = np.flatnonzero(left < SHRUNK)
    if not len(lost):
        return
    name = sites[int(lost[0])]
    layer = facts.structure.layer_of_site(name)
    path = layer.path if layer is not None else name
    low = spread[:, lost[0]] < SHRUNK * float(median(spread[:LEAST_SAMPLES, lost[0]])) * 2
    period = last_period(low)
    step = int(track.at[period.first]) if period is not None else facts.first_step
    yield Finding(
        problem=PROBLEM,
        variant="hidden",
        severity="warning",
        confidence=0.7,
        title=f"What {path} passes on has shrunk to {100 * float(left[lost[0]]):.2g} % of its first "
        "spread: the layers behind it hardly see the input",
        first_step=step,
        last_step=int(track.at[-1]),
        ongoing=True,
        cause="A term of the loss is smallest when this layer says nothing, and it outweighs what the "
        "targets ask for: a penalty from `add_loss`, such as the divergence of a variational "
        "autoencoder, or a regularizer.",
        where=Where(layers=[path]),
        evidence=[
            Evidence(
                "spread of the outputs, end / start",
                float(left[lost[0]]),
                "%",
                SHRUNK,
                "activation",
                "std",
                name,
            ),
            *loss_fraction(facts),
        ],
        advice=[
            Advice(
                "Lower the weight of the terms that are added to the loss.",
                "self.add_loss(0.001 * penalty)",
            ),
            Advice("Raise that weight slowly from 0 while the model trains."),
        ],
    )


def _output(facts: Facts) -> Iterator[Finding]:
    """The output of the whole model."""
    track, target, outputs = (
        facts.track("activation"),
        facts.track("target"),
        facts.structure.outputs,
    )
    if track is None or target is None or len(target.names) != 1 or len(outputs) != 1:
        return
    if facts.structure.has_own_step or track.row(outputs[0].name) is None:
        return
    spread = float(median(target.thin("std")[:, 0]))
    if not spread > 0:
        return
    site = outputs[0]
    constant, values = _constant(facts, track, site, spread)
    period = last_period(constant, gap=0)
    if period is None or not period.ongoing or period.length < LEAST_SAMPLES:
        return
    yield _finding(facts, track, site, period.first, float(values[-1]))


def _constant(
    facts: Facts, track: Track, site: SiteInfo, spread: float
) -> tuple[np.ndarray, np.ndarray]:
    """At which thinned samples the outputs are constant (bool[C]), and how far they are not."""
    (row,) = track.rows([site.name])
    limit = facts.thresholds["constant_spread"]
    zero = track.thin("zero_fraction")[:, row] >= 1
    values = track.thin("std")[:, row] / spread
    if site.units > 1:  # the deviation over units says nothing about samples
        values = _spread_of_softmax(facts, track, site)
    return zero | (values < limit), np.where(zero, 0.0, values)


def _spread_of_softmax(facts: Facts, track: Track, site: SiteInfo) -> np.ndarray:
    """How far the largest probabilities of all classes in a batch add up to more than 1: float64[C].

    Of equal outputs they add up to exactly 1.
    """
    nothing = np.full(len(track.at), np.inf)
    if facts.structure.activation_of(site) != "softmax":
        return nothing
    try:
        units = facts.run.units(site.name)
    except NotRecordedError:
        return nothing
    at = np.searchsorted(units.steps, track.at, side="right") - 1
    sums = np.asarray(np.sum(units.max_abs, axis=1, dtype=np.float64))
    return np.where(at >= 0, sums[np.maximum(at, 0)] - 1, np.inf)


def _finding(facts: Facts, track: Track, site: SiteInfo, first: int, value: float) -> Finding:
    (row,) = track.rows([site.name])
    layer = facts.structure.layer_of_site(site.name)
    path = layer.path if layer is not None else site.name
    function = facts.structure.activation_of(site)
    variant = "collapsed"
    if function in RELU and np.all(track.thin("zero_fraction")[-LEAST_SAMPLES:, row] >= 1):
        variant = "relu"
    elif function in (*BOUNDED, "softmax"):
        flat = track.thin("saturated_fraction")[-LEAST_SAMPLES:, row]
        variant = "saturated" if np.nanmin(flat) >= SATURATED else "collapsed"
    padding = unmasked_padding(facts) if variant == "collapsed" else None
    variant = variant if padding is None else "padding"
    step = int(track.at[first])
    mean = number_text(float(track.thin("mean")[-1, row]))
    what = {
        "relu": f"The ReLU of {path} outputs 0 for every input",
        "saturated": f"{path} outputs {mean} for every input, at the flat end of {function}",
        "collapsed": f"{path} outputs the same for every input",
        "padding": f"{path} outputs the same for every input",
    }[variant]
    why = f": {padding_text(padding)}" if padding is not None else ""
    maker = where_alike(facts) if variant == "collapsed" and first == 0 else ""
    bias = _first_bias(facts, path) if variant == "saturated" and first == 0 else 0.0
    if maker:
        why = f": {maker} gives all examples of a batch the same"
    elif bias >= LARGE_BIAS:
        why = f": its biases begin at {number_text(bias)}"
    cause, shown = trigger(facts, step) if first > 0 else ("", [])
    return Finding(
        problem=PROBLEM,
        variant=variant,
        severity="error",
        confidence=0.95 if variant != "collapsed" else 0.85,
        title=f"{what} {since(step, facts.first_step)}{why}",
        first_step=step,
        last_step=int(track.at[-1]),
        ongoing=True,
        cause=f"{CAUSES[variant]} {cause}".rstrip(),
        where=Where(layers=[path]),
        evidence=[
            Evidence(
                "spread of the outputs / spread of the targets",
                value,
                "",
                facts.thresholds["constant_spread"],
                "activation",
                "std",
                site.name,
            ),
            *shown,
            *loss_fraction(facts),
        ],
        advice=mask(facts, padding)
        if padding is not None
        else [*_makes_alike(maker), *_advice(facts, variant, path, bias)],
    )


def _loss_of_logits(facts: Facts) -> str:
    loss = facts.structure.compiled.get("loss", "")
    names = {
        "categorical_crossentropy": "CategoricalCrossentropy",
        "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
    }
    return names.get(loss, "BinaryCrossentropy")


def _first_bias(facts: Facts, path: str) -> float:
    """The largest bias that a layer begins with; 0 where that is not known."""
    values = facts.thin("weight", "max_abs", f"{path}/bias")
    return float(values[0]) if len(values) and facts.first_step == 0 else 0.0


def _makes_alike(path: str) -> list[Advice]:
    if not path:
        return []
    return [
        Advice(
            f"Look at {path}: it must not take one example for all of them. The first axis is that of "
            "the examples: an index such as x[0], or a mean over axis 0, mixes them."
        )
    ]


def _advice(facts: Facts, variant: str, path: str, bias: float) -> list[Advice]:
    linear = layer_line(facts, path, activation="")
    if variant == "relu":
        is_own = layer_line(facts, path).startswith(
            ("keras.layers.ReLU", "keras.layers.Activation")
        )
        remove = f"Remove the layer {path}" if is_own else f"Remove the ReLU of {path}"
        return [
            Advice(f"{remove}, so that the output is linear.", "" if is_own else linear),
            Advice(
                "If outputs must not be negative, use softplus, which has a slope everywhere.",
                'activation="softplus"',
            ),
        ]
    if variant == "saturated":
        zero = f"Start the biases of {path} at 0 instead of {number_text(bias)}."
        code = layer_line(facts, path, bias_initializer='"zeros"')
        return [
            *([Advice(zero, code)] if bias >= LARGE_BIAS else []),
            Advice(
                f"Compute the loss from logits, and leave the activation function of {path} away: the "
                "loss has a gradient where the output has none.",
                f"{linear}, loss=keras.losses.{_loss_of_logits(facts)}(from_logits=True)",
            ),
            Advice("Normalise the inputs, and start with small weights and biases of 0.", linear),
        ]
    return [
        Advice("Look at the layers before it: dead units, a signal that fades, equal units."),
        Advice("Normalise between the layers.", "keras.layers.BatchNormalization()"),
    ]
