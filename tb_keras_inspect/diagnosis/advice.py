"""Advice in the terms of the run: its optimizer with its values, the layer's own line."""

import math
import re

import numpy as np

from tb_keras_inspect.diagnosis.finding import Advice
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import median, ratio
from tb_keras_inspect.diagnosis.wording import number_text
from tb_keras_inspect.store.errors import StoreError
from tb_keras_inspect.store.noise_scale import useful_batch_size

# Options worth repeating in a line of code, with Keras's defaults: those are left out.
SHOWN = {
    "momentum": (0.0,),
    "nesterov": (False,),
    "weight_decay": (0.004, None),
    "beta_1": (0.9,),
    "beta_2": (0.999,),
    "clipnorm": (None,),
    "global_clipnorm": (None,),
    "clipvalue": (None,),
    "epsilon": (1e-7,),
}
LONG_MOMENTUM = 0.98  # each step goes on for more than 50 others
LARGE_EPSILON = 1e-3  # of Adam and its kind: above usual gradients of an element
HELD_BACK = 0.01  # gradient norm after clipping, relative to that before
LARGE_UPDATE = 0.02  # relative to the weights: twice the largest usual one
OF_CRITICAL = 0.5  # of the critical rate: what is advised instead of one that is too large or small
CLIPPING = ("clipnorm", "global_clipnorm", "clipvalue")


def learning_rate(facts: Facts) -> float:
    """The newest recorded learning rate, of a schedule the highest one; NaN if there is none."""
    step = facts.track("step")
    rates = step.column("learning_rate") if step is not None else np.zeros(0)
    known = rates[np.isfinite(rates)]
    text = facts.structure.compiled.get("optimizer.learning_rate", "")
    if len(known):
        return float(known.max() if "(" in text else known[-1])
    return _number(text)


def critical_rate(facts: Facts) -> tuple[float, float]:
    """The newest measured critical learning rate, and the rate divided by it; NaN if there is none."""
    step = facts.track("step")
    if step is None or not step.has("critical_rate"):
        return math.nan, math.nan
    pairs = np.stack([step.column("critical_rate"), step.column("rate_of_critical")], axis=1)
    known = pairs[np.isfinite(pairs).all(axis=1)]
    return (float(known[-1, 0]), float(known[-1, 1])) if len(known) else (math.nan, math.nan)


def optimizer_line(facts: Facts, rate: float = math.nan, **changed: float) -> str:
    """The run's own optimizer as a line of Keras: "keras.optimizers.SGD(0.03, momentum=0.9)".

    Args:
        facts: The run.
        rate: Another learning rate. Defaults to NaN: the newest recorded one.
        changed: Options to replace or add.
    """
    compiled = facts.structure.compiled
    inner = compiled.get("optimizer.inner_optimizer", "")  # of a LossScaleOptimizer
    name = inner.partition("(")[0] or compiled.get("optimizer", "")
    if not name.isidentifier():
        name = "Adam"
    options: dict[str, object] = {}
    for option, defaults in SHOWN.items():
        value = _value(compiled.get(f"optimizer.{option}", ""))
        if value is not None and value not in defaults:
            options[option] = value
    options |= changed
    rate = rate if math.isfinite(rate) else learning_rate(facts)
    first = [f"{rate:.3g}"] if math.isfinite(rate) else []
    arguments = ", ".join([*first, *(f"{key}={_short(value)}" for key, value in options.items())])
    return f"keras.optimizers.{name}({arguments})"


def lower_rate(facts: Facts, factor: float = 10) -> Advice:
    """Lower the learning rate of the run by a factor; or the momentum, if that makes the steps."""
    momentum = _number(facts.structure.compiled.get("optimizer.momentum", ""))
    if momentum >= LONG_MOMENTUM:
        times = number_text(1 / max(1 - momentum, 1e-6))
        text = f"Lower the momentum, from {momentum:g} to 0.9: each step counts {times} times."
        return Advice(text, _compile(optimizer_line(facts, momentum=0.9)))
    factor = max(factor, _excess(facts))
    return _changed_rate(facts, 1 / factor, "Lower", factor)


def _excess(facts: Facts) -> float:
    """By how much the first update is too large for the weights: a power of ten, 1000 at most."""
    updates, step = facts.track("update"), facts.track("step")
    kernels = facts.kernels(updates)
    if updates is None or step is None or not kernels or updates.at[0] > 0:
        return 1.0
    rates = step.column("learning_rate")
    first = updates.thin("ratio")[0, updates.rows(kernels)]
    first = first[np.isfinite(first) & (first > 0)]
    if not len(first) or not rates[-1] <= 2 * rates[0]:  # a rate that was raised began small
        return 1.0
    return float(10 ** np.clip(np.round(np.log10(median(first) / LARGE_UPDATE)), 0, 3))


def raise_rate(facts: Facts, factor: float = 10) -> Advice:
    """Raise the learning rate of the run by a factor; or undo the option that makes steps small."""
    epsilon = _number(facts.structure.compiled.get("optimizer.epsilon", ""))
    if epsilon >= LARGE_EPSILON:
        text = f"Lower epsilon, from {epsilon:g} to 1e-7: each step is divided by it."
        return Advice(text, _compile(optimizer_line(facts, epsilon=1e-7)))
    if option := _clips_everything(facts):
        limit = _number(facts.structure.compiled[f"optimizer.{option}"])
        text = (
            f"Raise {option}, from {limit:g} to 1: it takes more than 99 % of each gradient away."
        )
        return Advice(text, _compile(optimizer_line(facts, **{option: 1.0})))
    return _changed_rate(facts, factor, "Raise", factor)


def larger_batches(facts: Facts) -> Advice:
    """Use larger batches: as large as they pay off, where the gradient noise was measured."""
    try:
        found = useful_batch_size(facts.run)
    except (ValueError, StoreError):
        return Advice("Use larger batches.", "model.fit(x, y, batch_size=128)")
    if not found.used < found.batch_size < math.inf:
        return Advice("Use larger batches, if memory allows.", "model.fit(x, y, batch_size=128)")
    size = 2 ** max(round(math.log2(found.batch_size)), 1)
    text = (
        f"Use larger batches: with {found.used:.0f} examples noise is "
        f"{found.batch_size / found.used:.2g} times the gradient. They pay off up to about {size}."
    )
    return Advice(text, f"model.fit(x, y, batch_size={size})")


def find_rate() -> Advice:
    """Have a learning rate suggested by short training runs."""
    return Advice(
        "Or have a learning rate suggested by short training runs, which leave the model as it is.",
        "print(tb_keras_inspect.find_learning_rate(model, (x, y)))",
    )


def clip(facts: Facts, norm: float = 1.0) -> Advice:
    """Clip the gradients of the run's optimizer."""
    return Advice("Clip the gradients.", _compile(optimizer_line(facts, global_clipnorm=norm)))


def no_weights(facts: Facts) -> list[Advice]:
    """What to try where all samples, or an output's loss, have the weight 0; nothing otherwise."""
    weights = facts.structure.compiled.get("loss_weights", "")
    if re.search(r"[:\[ ]\"?0(\.0+)?\"?[,}\]]", weights):
        return [
            Advice(
                f"Give each output a weight above 0: `loss_weights` is {weights}.",
                "model.compile(loss=..., loss_weights=None, ...)",
            )
        ]
    step = facts.track("step")
    if step is None or not step.has("sample_weight") or np.any(step.column("sample_weight") != 0):
        return []
    return [
        Advice(
            "Check `sample_weight` and `class_weight`: every sample has the weight 0.",
            "print(np.unique(sample_weight, return_counts=True))",
        )
    ]


def accumulate_less(facts: Facts) -> Advice | None:
    """What to try where the first update would come after more steps than the run has."""
    text = facts.structure.compiled.get("optimizer.gradient_accumulation_steps", "")
    if not text.isdigit() or int(text) <= facts.steps_done:
        return None
    fewer = f"{optimizer_line(facts)[:-1]}, gradient_accumulation_steps=4)"
    return Advice(
        f"Accumulate over fewer batches: gradient_accumulation_steps={text} makes the first update "
        f"after {text} steps, and the run has {facts.steps_done} so far.",
        _compile(fewer),
    )


def higher_precision(facts: Facts) -> list[Advice]:
    """What to try where the weights themselves are float16; nothing where they are not."""
    if not any(variable.dtype == "float16" for variable in facts.structure.variables):
        return []
    return [
        Advice(
            "Keep the weights in float32: float16 ends at 65,504, and Adam's epsilon of 1e-7 and its "
            "squared gradients vanish in it.",
            'keras.config.set_dtype_policy("mixed_float16")',
        )
    ]


def layer_line(facts: Facts, path: str, **changed: str) -> str:
    """A layer's own line with some arguments: `keras.layers.Dense(64, activation="relu", ...)`.

    Args:
        facts: The run.
        path: Path of the layer.
        changed: Argument to its text.
    """
    layer = next((item for item in facts.structure.layers if item.path == path), None)
    if layer is None:
        return ""
    settings = layer.settings
    first = [settings[key] for key in ("units", "filters", "input_dim") if key in settings][:1]
    first += [f"({settings['kernel_size']})"] if "kernel_size" in settings else []
    first += [settings["output_dim"]] if "output_dim" in settings else []
    has_function = layer.activation not in ("", "linear") and layer.class_name != "ReLU"
    options = {"activation": f'"{layer.activation}"'} if has_function else {}
    options |= changed
    inner = ", ".join([*first, *(f"{key}={text}" for key, text in options.items() if text)])
    return f"keras.layers.{layer.class_name}({inner})"


def _changed_rate(facts: Facts, factor: float, verb: str, by: float) -> Advice:
    rate = learning_rate(facts)
    critical, fraction = critical_rate(facts)
    aim = critical * OF_CRITICAL  # a rate that is measured instead of guessed
    if fraction > 1 if factor < 1 else rate < aim < rate * factor:
        than = "the rate is" if factor < 1 else "the largest is"
        known = f"{fraction:.2g} times the largest" if factor < 1 else f"{critical:.2g}"
        text = (
            f"{verb} the learning rate to {aim:.2g}: {than} {known} that does not raise the batch's "
            "loss, as measured last."
        )
        return Advice(text, _compile(optimizer_line(facts, aim)))
    change = f", from {rate:.3g} to {rate * factor:.3g}" if math.isfinite(rate) else ""
    text = f"{verb} the learning rate by a factor of {number_text(by)}{change}."
    return Advice(text, _compile(optimizer_line(facts, rate * factor)))


def _clips_everything(facts: Facts) -> str:
    """The option that clips all gradients to almost nothing; "" if there is none."""
    step = facts.track("step")
    if step is None or not step.has("gradient_norm_clipped"):
        return ""
    left = ratio(step.column("gradient_norm_clipped"), step.column("gradient_norm"))
    known = facts.structure.compiled
    given = [x for x in CLIPPING if math.isfinite(_number(known.get(f"optimizer.{x}", "")))]
    return given[0] if given and float(median(left)) < HELD_BACK else ""


def _compile(line: str) -> str:
    return f"model.compile(optimizer={line}, ...)"


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _value(text: str) -> object:
    """A recorded option; None if it is empty or no value."""
    if text in ("True", "False"):
        return text == "True"
    number = _number(text)
    return number if math.isfinite(number) else None


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
