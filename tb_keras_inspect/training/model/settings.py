"""How layers and the training were configured, as short texts for the model record."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import keras

_MAX_ENTRIES = 40
_MAX_TEXT = 200
_NOT_SETTINGS = {"name", "trainable", "dtype", "activation", "build_config", "seed"}


def settings_of(layer: keras.layers.Layer) -> dict[str, str]:
    """Numbers, words and initializers of a layer's configuration, e.g. a dropout's `rate`.

    Containers have none: their layers speak for themselves.
    """
    if layer._flatten_layers(include_self=False) and isinstance(layer, keras.Model):
        return {}
    try:
        config = layer.get_config()
    except Exception:  # a layer of the user's own need not have one
        return {}
    return _texts(config, _NOT_SETTINGS)


def compiled_of(model: keras.Model) -> dict[str, str]:
    """What the model was compiled with.

    Returns:
        `loss`: its Keras name in snake case; of several, JSON in the structure they were given in.
        `from_logits`: the same for the losses that have such an option. `metrics`: JSON list.
        `optimizer`: its class; `optimizer.<name>`: its options. `train_step`, `compute_loss`: "own"
        where the model defines its own. What is not known is left out.
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
    metrics = getattr(getattr(model, "_compile_metrics", None), "_user_metrics", None)
    if metrics:
        found["metrics"] = _structure(metrics, _loss_name)
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None:
        found["optimizer"] = type(optimizer).__name__
        found |= _optimizer_options(optimizer)
    for name in ("steps_per_execution", "run_eagerly", "jit_compile"):
        found[name] = str(getattr(model, name, ""))
    return found


def _optimizer_options(optimizer: Any) -> dict[str, str]:
    try:
        config = optimizer.get_config()
    except Exception:  # one of the user's own
        return {}
    if isinstance(config.get("inner_optimizer"), Mapping):
        config = {**config, **config["inner_optimizer"].get("config", {})}
    texts = _texts(config, {"name"})
    return {f"optimizer.{name}": text for name, text in texts.items()}


def _texts(config: Any, without: set[str]) -> dict[str, str]:
    if not isinstance(config, Mapping):
        return {}
    found = {}
    for name, value in config.items():
        text = None if name in without else _text(value)
        if text is not None and len(found) < _MAX_ENTRIES:
            found[str(name)] = text[:_MAX_TEXT]
    return found


def _text(value: Any) -> str | None:
    """A number, word, short list of these, or the class of an object and its numbers."""
    if isinstance(value, (bool, int, float, str)):
        return str(value)
    if isinstance(value, (list, tuple)) and len(value) <= 8:
        parts = [_text(item) for item in value]
        return None if None in parts else ", ".join(parts)
    if isinstance(value, Mapping) and isinstance(value.get("class_name"), str):
        inner = _texts(value.get("config"), {"name", "seed", "dtype"})
        words = ", ".join(f"{name}={text}" for name, text in inner.items())
        return f"{value['class_name']}({words})" if words else value["class_name"]
    return None


def _structure(value: Any, leaf: Callable[[Any], Any]) -> str:
    """One leaf as it is, "" for None; several as JSON."""
    found = _leaves(value, leaf)
    if isinstance(found, (list, dict)):
        return json.dumps(found)
    return "" if found is None else str(found)


def _leaves(value: Any, leaf: Callable[[Any], Any]) -> Any:
    # Not keras.tree: on TensorFlow the containers of a model are wrappers that it takes for leaves.
    if isinstance(value, Mapping):
        return {str(name): _leaves(item, leaf) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_leaves(item, leaf) for item in value]
    return leaf(value)


def _loss_name(loss: Any) -> str | None:
    if loss is None or isinstance(loss, str):
        return loss and keras.src.utils.naming.to_snake_case(loss)
    name = getattr(loss, "__name__", None) or type(loss).__name__
    return keras.src.utils.naming.to_snake_case(name)


def _from_logits(loss: Any) -> bool | None:
    """None where the loss has no such option, or it cannot be known."""
    options = getattr(loss, "_fn_kwargs", None)
    if isinstance(options, Mapping):
        return options.get("from_logits")
    try:
        function = keras.losses.get(loss)
    except Exception:  # a function of the user's own under a name that Keras does not know
        return None
    if not isinstance(loss, str) and not getattr(loss, "__module__", "").startswith("keras"):
        return None
    options = getattr(function, "_fn_kwargs", None)
    if isinstance(options, Mapping):
        return options.get("from_logits")
    code = getattr(function, "__code__", None)
    return False if code is not None and "from_logits" in code.co_varnames else None
