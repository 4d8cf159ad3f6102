"""Advice in the terms of the run: its optimizer with its values, the layer's own line."""

import math

import numpy as np

from tb_keras_inspect.diagnosis.finding import Advice
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.wording import number_text

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
}


def learning_rate(facts: Facts) -> float:
    """The newest recorded learning rate, of a schedule the highest one; NaN if there is none."""
    step = facts.track("step")
    rates = step.column("learning_rate") if step is not None else np.zeros(0)
    known = rates[np.isfinite(rates)]
    text = facts.structure.compiled.get("optimizer.learning_rate", "")
    if len(known):
        return float(known.max() if "(" in text else known[-1])
    return _number(text)


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
    """Lower the learning rate of the run by a factor."""
    return _changed_rate(facts, 1 / factor, "Lower", factor)


def raise_rate(facts: Facts, factor: float = 10) -> Advice:
    """Raise the learning rate of the run by a factor."""
    return _changed_rate(facts, factor, "Raise", factor)


def clip(facts: Facts, norm: float = 1.0) -> Advice:
    """Clip the gradients of the run's optimizer."""
    return Advice("Clip the gradients.", _compile(optimizer_line(facts, global_clipnorm=norm)))


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
    change = f", from {rate:.3g} to {rate * factor:.3g}" if math.isfinite(rate) else ""
    text = f"{verb} the learning rate by a factor of {number_text(by)}{change}."
    return Advice(text, _compile(optimizer_line(facts, rate * factor)))


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
