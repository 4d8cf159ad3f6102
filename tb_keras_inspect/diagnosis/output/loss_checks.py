"""Contradictions between output and loss that lie in what the loss computes: a margin, a logarithm, a
quotient; and in a layer behind the last one."""

from tb_keras_inspect.diagnosis.advice import layer_line
from tb_keras_inspect.diagnosis.finding import Advice, Finding
from tb_keras_inspect.diagnosis.output.output_layer import RANGES, OutputLayer
from tb_keras_inspect.diagnosis.wording import number_text

MARGINS = ("hinge", "squared_hinge")
LOGARITHMS = (
    "poisson",
    "kl_divergence",
    "kld",
    "mean_squared_logarithmic_error",
    "msle",
)
PERCENTAGES = ("mean_absolute_percentage_error", "mape")
WHOLE = 1000.0  # %; outputs of 0 have an error of 100 %
# Activation functions whose values may be negative.
SIGNED = ("linear", "tanh", "hard_tanh", "softsign", "elu", "selu", "leaky_relu", "gelu", "silu")


def margin(out: OutputLayer) -> Finding | None:
    """An output without negative values, for a loss that wants -1 and 1."""
    low, high = RANGES.get(out.activation, (-1.0, 1.0))
    if out.loss not in MARGINS or low < 0:
        return None
    return out.finding(
        "margin",
        "warning",
        0.9,
        f"{out.activation} in {out.layer.path} gives {low:g} to {high:g}, and {out.loss} wants -1 for "
        "one class and 1 for the other",
        "Examples of the class -1 can never be on the right side of the margin: the best answer for "
        "them is 0, where the loss is still 1 and the slope of the function is nearly zero.",
        [
            Advice(
                "Use tanh, or no activation function.",
                layer_line(out.facts, out.layer.path, activation='"tanh"'),
            ),
            Advice("Or keep probabilities, and use their loss.", 'loss="binary_crossentropy"'),
        ],
    )


def negative_output(out: OutputLayer) -> Finding | None:
    """An output that may be negative, for a loss that takes its logarithm."""
    if out.loss not in LOGARITHMS or out.activation not in SIGNED:
        return None
    function = "no activation function" if out.is_linear else out.activation
    broken = out.facts.breakdown is not None
    return out.finding(
        "negative_output",
        "error" if broken else "note" if out.facts.progress.has_learned else "warning",
        0.9,
        f"{out.layer.path} has {function}, and {out.loss} takes the logarithm of its output",
        "An output below zero has no logarithm: depending on the loss it is NaN, or is cut off and "
        "passes on no gradient.",
        [
            Advice(
                "Use an activation function that is always positive.",
                layer_line(out.facts, out.layer.path, activation='"softplus"'),
            ),
            Advice("Or exp.", layer_line(out.facts, out.layer.path, activation='"exponential"')),
        ],
    )


def zero_targets(out: OutputLayer) -> Finding | None:
    """A loss that divides by the targets, some of which are zero."""
    loss = out.facts.progress.loss
    if out.loss not in PERCENTAGES or not len(loss) or not out.low <= 0 <= out.high:
        return None
    if not loss[0] > WHOLE:
        return None
    return out.finding(
        "zero_targets",
        "error",
        0.95,
        f"{out.loss} divides by the targets, and some of them are zero: the first loss is "
        f"{number_text(float(loss[0]))} %",
        "Keras divides by 1e-7 there. Such examples make up nearly all of the loss and the gradient, "
        "so the model learns to answer zero.",
        [
            Advice("Use an error that does not divide by the targets.", 'loss="mae"'),
            Advice("Or leave out the examples whose target is zero, or add a constant to all."),
        ],
        out.target_range(),
    )


def dropout_behind(out: OutputLayer) -> Finding | None:
    """Dropout behind the output layer."""
    structure = out.facts.structure
    names = [site.name for site in structure.leaves]
    behind = structure.leaves[names.index(out.site.name) + 1 :]
    layers = [structure.layers[site.layer] for site in behind]
    found = [x for x in layers if x.class_name == "Dropout" and x.settings.get("rate") != "0.0"]
    if not found or structure.model is None:
        return None
    if structure.model.class_name not in ("Sequential", "Functional"):
        return None
    path, rate = found[0].path, found[0].settings.get("rate", "")
    return out.finding(
        "dropout",
        "warning",
        0.95,
        f"{path} sets predictions themselves to 0 (rate {rate}): it stands behind the output of "
        f"{out.layer.path}",
        "In training a part of all predictions is replaced by 0 and the others are scaled up, so "
        "their loss cannot become small. In validation none is.",
        [Advice(f"Remove {path}, or put it in front of {out.layer.path}.")],
    )
