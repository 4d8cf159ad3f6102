"""Changes a training program by one advice, where the advice is a line of code."""

import ast
import re
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from benchmarks.diagnosis.case import Fit
from tb_keras_inspect.diagnosis.finding import Finding

# Arguments of a layer's line that replace those of the layer; without "activation" it is linear.
ARGUMENTS = (
    "activation",
    "kernel_initializer",
    "bias_initializer",
    "embeddings_initializer",
    "kernel_regularizer",
    "activity_regularizer",
    "momentum",
    "axis",
    "rate",
    "scale",
)
# What only looks, or is to be written into the program by hand.
BY_HAND = ("for ", "assert ", "counts = ", "keras.ops", "print(", "self.", "tb_keras", "model.eval")
DATA = re.compile(r"^(x|y)(_train)? = ")


def apply(fit: Fit, finding: Finding, code: str) -> Fit | None:
    """Returns the changed program, or None if the code is nothing that can be applied.

    Args:
        fit: The program, newly built.
        finding: What the advice belongs to: the line of a layer is that of its layers.
        code: The line.

    Raises:
        SyntaxError, NameError, TypeError, ValueError: If the line does not run.
    """
    if code.startswith(BY_HAND):
        return None
    if "  # and " in code:  # a second change is to be made by hand
        return None
    if not code or ("..." in code and not code.startswith("model.compile(")):
        return None
    if "Normalization(); normalise.adapt" in code or code.startswith("normalise = keras"):
        return _normalised(fit)
    if DATA.match(code):
        return _with_data(fit, lambda x, y: _executed(code, x, y))
    if ".trainable = True" in code:
        exec(code, {"model": fit.model, "keras": keras})
        return _compiled(fit, fit.model)
    if code.startswith("order = rng") or "shuffle=True" in code:
        return Fit(fit.model, fit.x, fit.y, fit.options | {"shuffle": True})
    if match := re.match(r"model\.compile\((.*), \.\.\.\)$", code, re.DOTALL):
        code = match[1]
    return _with_arguments(fit, finding, code)


def _with_arguments(fit: Fit, finding: Finding, code: str) -> Fit | None:
    """A program with other layers, or another optimizer, loss or activation function."""
    call = ast.parse(f"change({code})", mode="eval").body
    assert isinstance(call, ast.Call)
    new: dict[str, Any] = {}
    for keyword in call.keywords:
        if keyword.arg not in ("optimizer", "loss", "loss_weights", "activation"):
            return None
        new[keyword.arg] = _value(keyword.value)
    activation = new.pop("activation", None)
    model = fit.model
    targets = {path.split("/")[-1] for path in finding.where.layers}
    for item in call.args:
        if not isinstance(item, ast.Call) or not ast.unparse(item.func).startswith("keras.layers."):
            return None
        kind = ast.unparse(item.func).rpartition(".")[2]
        given = {k.arg: _value(k.value) for k in item.keywords if k.arg in ARGUMENTS}
        if item.args and isinstance(item.args[0], ast.Constant):
            first = "rate" if "Dropout" in kind else "units" if kind == "Dense" else ""
            given |= {first: _value(item.args[0])} if first else {}
        model = _with_layers(model, kind, targets, given)
    if activation is not None:
        model = _with_layers(model, "", targets, {"activation": activation})
    if model is None or (model is fit.model and not new):
        return None
    return _compiled(fit, model, **new)


def _value(node: ast.expr) -> Any:
    return eval(ast.unparse(node), {"keras": keras, "np": np})


def _with_layers(model: keras.Model | None, kind: str, targets: set[str], given: dict[str, Any]):
    """The model with other arguments in the layers of this class and these names; None if none is."""
    if not isinstance(model, (keras.Sequential, keras.src.models.Functional)):
        return None
    of_kind = [layer for layer in model.layers if not kind or type(layer).__name__ == kind]
    chosen = {layer.name for layer in of_kind if layer.name in targets}
    if not chosen:
        return None

    def clone(layer: keras.Layer) -> keras.Layer:
        config = layer.get_config()
        if layer.name in chosen:
            if "activation" in config:
                config["activation"] = given.get("activation", "linear")
            config.update({k: v for k, v in given.items() if k in config})
        return type(layer).from_config(config)

    model.compiled = False  # its copy is compiled later
    changed = keras.models.clone_model(model, clone_function=clone)
    for old, new in zip(model.layers, changed.layers, strict=True):
        kept = old.name not in chosen
        shaped = [x.shape for x in old.weights] == [x.shape for x in new.weights]
        if shaped and (kept or not any("initializer" in name for name in given)):
            new.set_weights(old.get_weights())
    return changed


def _compiled(fit: Fit, model: keras.Model, **new: Any) -> Fit | None:
    """The program with this model, compiled as before except for `new`."""
    known = dict(fit.model._compile_config.config)
    optimizer = fit.model.optimizer
    known["optimizer"] = type(optimizer).from_config(optimizer.get_config())
    model.compile(**(known | new))
    return Fit(model, fit.x, fit.y, fit.options)


def _with_data(fit: Fit, change: Callable[[Any, Any], tuple[Any, Any]]) -> Fit | None:
    if not isinstance(fit.x, np.ndarray) or not isinstance(fit.y, np.ndarray):
        return None
    options = dict(fit.options)
    if "validation_data" in options:
        options["validation_data"] = change(*options["validation_data"])
    return Fit(fit.model, *change(fit.x, fit.y), options)


def _executed(code: str, x: Any, y: Any) -> tuple[Any, Any]:
    names = {"np": np, "keras": keras, "x": x, "y": y, "x_train": x, "y_train": y}
    exec(code, names)
    which = "_train" if "_train = " in code else ""
    return names[f"x{which}"], names[f"y{which}"]


def _normalised(fit: Fit) -> Fit | None:
    """Each feature with the training data's mean and standard deviation taken out."""
    if not isinstance(fit.x, np.ndarray):
        return None
    axes = tuple(range(fit.x.ndim - 1))
    mean, std = fit.x.mean(axes), fit.x.std(axes)
    return _with_data(fit, lambda x, y: ((x - mean) / np.where(std > 0, std, 1), y))
