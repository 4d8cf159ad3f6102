"""Settings of the model and of `compile` that all good runs share, and a run does not."""

import re
from collections.abc import Iterator

from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.model.model import ModelInfo
from tb_keras_inspect.store.run import RunData

# These differ from run to run; the last two are paths of layers.
IGNORED = re.compile(r"(name|seed|frozen_as_initialised|computed_tokens)$")


def other_settings(run: RunData, good: list[RunData]) -> dict[str, tuple[str, str]]:
    """What was set otherwise.

    Returns:
        Name of the setting to its value in the run and in the good runs.
    """
    own = _settings(run)
    all_of_them = [_settings(item) for item in good]
    found = {}
    for name in sorted({*own, *(key for item in all_of_them for key in item)}):
        values = {item.get(name, "") for item in all_of_them}
        if len(values) == 1 and own.get(name, "") not in values:
            found[name] = (own.get(name, ""), values.pop())
    return found


def _settings(run: RunData) -> dict[str, str]:
    try:
        return {name: text for name, text in _all(run.model) if not IGNORED.search(name)}
    except NotRecordedError:
        return {}


def _all(model: ModelInfo) -> Iterator[tuple[str, str]]:
    yield from model.compiled.items()
    yield "steps_per_epoch", str(model.steps_per_epoch)
    for number, layer in enumerate(model.layers):
        place = f"layer {number}"  # its name may be numbered otherwise
        yield f"{place} class", layer.class_name
        yield f"{place} activation", layer.activation
        yield f"{place} trainable", str(layer.trainable)
        yield f"{place} dtype", layer.dtype
        for name, text in layer.settings.items():
            yield f"{place} {name}", text
