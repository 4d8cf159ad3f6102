"""Configuration of layers and of training, as short texts for the model record."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from tb_keras_inspect.training.model.config import config_of

_MAX_ENTRIES = 40
_MAX_TEXT = 200
_NOT_SETTINGS = {"name", "trainable", "dtype", "activation", "build_config", "seed"}


def settings_of(layer: keras.layers.Layer) -> dict[str, str]:
    """Numbers, words and initializers of a layer's configuration, e.g. a dropout's `rate`.

    Containers have none, since their layers are listed themselves.
    """
    if layer._flatten_layers(include_self=False) and isinstance(layer, keras.Model):
        return {}
    return _texts(config_of(layer), _NOT_SETTINGS)


def compiled_of(model: keras.Model) -> dict[str, str]:
    """What the model was compiled with.

    Returns:
        `loss`: its Keras name in snake case; for several, JSON with the structure of `compile(loss=)`.
        `from_logits`: the same for losses that have this option. `label_smoothing`: of a single loss
        with some. `loss_weights`: likewise, the
        factor of each loss. `metrics`: JSON list.
        `optimizer`: its class; `optimizer.<name>`: its options. `train_step`, `compute_loss`: "own"
        where the model defines its own. `random_seed`: what `keras.utils.set_random_seed` was given.
        Unknown entries are omitted.
    """
    found: dict[str, str] = {}
    for name in ("train_step", "compute_loss"):
        if getattr(getattr(model, name), "__func__", None) is not getattr(keras.Model, name):
            found[name] = "own"
    loss = getattr(model, "loss", None)
    if loss is not None:
        found["loss"] = _structure(loss, _loss_name)
        if logits := _structure(loss, _from_logits):
            found["from_logits"] = logits
        if not isinstance(loss, (str, dict, list)) and (smoothing := _smoothing(loss)):
            found["label_smoothing"] = smoothing
    weights = getattr(getattr(model, "_compile_loss", None), "_user_loss_weights", None)
    if weights is not None:
        found["loss_weights"] = _structure(weights, _text)
    metrics = getattr(getattr(model, "_compile_metrics", None), "_user_metrics", None)
    if metrics:
        found["metrics"] = _structure(metrics, _loss_name)
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None:
        found["optimizer"] = type(optimizer).__name__
        found |= _optimizer_options(optimizer)
    for name in ("steps_per_execution", "run_eagerly", "jit_compile"):
        found[name] = str(getattr(model, name, ""))
    seed = _random_seed()
    return found if seed is None else found | {"random_seed": str(seed)}


def _random_seed() -> Any:
    """What `keras.utils.set_random_seed` was given last; None where it was not called."""
    known = getattr(keras.src.utils, "rng_utils", None)
    read = getattr(known, "get_random_seed", None)  # not in older versions
    return read() if read is not None else None


def _optimizer_options(optimizer: Any) -> dict[str, str]:
    config = config_of(optimizer)
    if isinstance(config.get("inner_optimizer"), Mapping):
        config = {**config, **config["inner_optimizer"].get("config", {})}
    texts = _texts(config, {"name"})
    return {f"optimizer.{name}": text for name, text in texts.items()}


def _texts(config: Any, without: set[str]) -> dict[str, str]:
    if not isinstance(config, Mapping):
        return {}
    found: dict[str, str] = {}
    for name, value in config.items():
        text = None if name in without else _text(value)
        if text is not None and len(found) < _MAX_ENTRIES:
            found[str(name)] = text[:_MAX_TEXT]
    return found


def _text(value: Any) -> str | None:
    """The text of a number, a word, a short list of these, or a class with its numbers."""
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, (bool, int, str)):
        return str(value)
    if isinstance(value, (list, tuple)) and len(value) <= 8:
        parts = [text for item in value if (text := _text(item)) is not None]
        return ", ".join(parts) if len(parts) == len(value) else None
    if isinstance(value, Mapping) and isinstance(value.get("class_name"), str):
        inner = _texts(value.get("config"), {"name", "seed", "dtype"})
        words = ", ".join(f"{name}={text}" for name, text in inner.items())
        return f"{value['class_name']}({words})" if words else str(value["class_name"])
    return None


def _number(value: float) -> str:
    """The shortest text: Keras holds some settings in float32, such as the learning rate."""
    with np.errstate(over="ignore"):
        single = np.float32(value)
    return str(single if single == value else value)


def _structure(value: Any, leaf: Callable[[Any], Any]) -> str:
    """A single leaf as text, "" for None; several as JSON."""
    found = _leaves(value, leaf)
    if isinstance(found, (list, dict)):
        return json.dumps(found)
    return "" if found is None else str(found)


def _leaves(value: Any, leaf: Callable[[Any], Any]) -> Any:
    # Not keras.tree: on TensorFlow a model's containers are wrappers, which it takes for leaves.
    if isinstance(value, Mapping):
        return {str(name): _leaves(item, leaf) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_leaves(item, leaf) for item in value]
    return leaf(value)


def _loss_name(loss: Any) -> str | None:
    if loss is None:
        return None
    name = loss if isinstance(loss, str) else getattr(loss, "__name__", None) or type(loss).__name__
    return str(keras.src.utils.naming.to_snake_case(name))


def _smoothing(loss: Any) -> str:
    """The label smoothing of a loss; "" if there is none."""
    options = getattr(loss, "_fn_kwargs", None)
    smoothing = options.get("label_smoothing") if isinstance(options, Mapping) else None
    return _text(smoothing) or "" if smoothing else ""


def _from_logits(loss: Any) -> bool | None:
    """The option `from_logits` of a loss; None where it has none or it is not known."""
    options = getattr(loss, "_fn_kwargs", None)
    if isinstance(options, Mapping):
        return options.get("from_logits")
    try:
        function = keras.losses.get(loss)
    except Exception:  # a custom function under a name that Keras does not know
        return None
    if not isinstance(loss, str) and not getattr(loss, "__module__", "").startswith("keras"):
        return None
    options = getattr(function, "_fn_kwargs", None)
    if isinstance(options, Mapping):
        return options.get("from_logits")
    code = getattr(function, "__code__", None)
    return False if code is not None and "from_logits" in code.co_varnames else None
