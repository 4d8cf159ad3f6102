"""Whether a model learns alike at each width: what a few steps change in each layer's output."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from tb_keras_inspect import frameworks
from tb_keras_inspect.advice.batches import Batches
from tb_keras_inspect.advice.coordinate_result import CoordinateCheck
from tb_keras_inspect.advice.kept import seeded
from tb_keras_inspect.training.hooks.call_log import CallLog
from tb_keras_inspect.training.hooks.inference import call_for_inference
from tb_keras_inspect.training.hooks.keras_hooks import LayerObserver, layer_calls, observing
from tb_keras_inspect.training.model import names

MOST_VALUES = 2**20  # of one layer output


def coordinate_check(
    make_model: Callable[[int], keras.Model],
    widths: Sequence[int],
    data: Any,
    *,
    steps: int = 4,
    seeds: int = 2,
    batch_size: int = 32,
    tolerance: float = 0.25,
) -> CoordinateCheck:
    """Checks whether a learning rate that is good for a narrow model is good for a wide one.

    Trains models of several widths for a few steps on the same batches, and compares how large each
    layer's outputs are, and by how much training has changed them. Where both stay the same at every
    width (as with the maximal update parametrization), the best learning rate does too; where what a
    step changes grows with the width, a wider model needs a smaller one
    ([arXiv:2203.03466](https://arxiv.org/abs/2203.03466), the coordinate check). The global random
    states are as before afterwards.

    Args:
        make_model: Takes a width, returns a compiled model of that width. Called anew for each seed.
        widths: At least two widths, in any order; factors of two are usual.
        data: What `fit` would get, as in `find_learning_rate`. The outputs are those for its first
            batch.
        steps: Training steps. Defaults to 4.
        seeds: How many models of each width are averaged, each with weights of its own. Defaults to 2.
        batch_size: Examples of a batch, where `data` is a tuple. Defaults to 32.
        tolerance: Largest exponent of the width that counts as none. Defaults to 0.25: a factor of two
            from one width to the sixteenfold.

    Returns:
        The sizes of all outputs and changes, the exponents, and the verdict.

    Raises:
        ValueError: If an option is out of range, or the models do not have the same layers.
        TypeError: If `make_model` does not return a compiled model, or the data is of another type.

    Example:

    ```python
    from tb_keras_inspect import coordinate_check


    def make_model(width):
        hidden = [keras.layers.Dense(width, activation="relu") for _ in range(2)]
        model = keras.Sequential([*hidden, keras.layers.Dense(1)])
        model.compile(keras.optimizers.Adam(1e-3), "mse")
        return model


    check = coordinate_check(make_model, [16, 64], (x, y), steps=2, seeds=1)
    print(check)
    ```
    """
    chosen = _checked(widths, steps, seeds, batch_size)
    batches = Batches(data, batch_size, 0)
    sizes: list[np.ndarray] = []
    changes: list[np.ndarray] = []
    layers: tuple[str, ...] = ()
    with batches.position_kept():
        for width in chosen:
            runs = []
            for seed in range(seeds):
                with seeded(seed):
                    found, run = _trained(make_model, width, batches, steps)
                layers = layers or found
                if len(found) != len(layers):
                    raise ValueError(
                        "`make_model` must make the same layers at each width. "
                        f"Received: {len(layers)} with width {chosen[0]}, {len(found)} with {width}"
                    )
                runs.append(run)
            # A geometric mean: one seed with larger numbers does not outweigh the others.
            with np.errstate(divide="ignore", invalid="ignore"):
                size, change = (np.exp(np.mean(np.log(x), axis=0)) for x in zip(*runs, strict=True))
            sizes.append(size)
            changes.append(change)
    return CoordinateCheck(np.array(chosen), layers, np.array(sizes), np.array(changes), tolerance)


def _trained(
    make_model: Callable[[int], keras.Model], width: int, batches: Batches, steps: int
) -> tuple[tuple[str, ...], tuple[np.ndarray, np.ndarray]]:
    """Names of the L layer outputs; their sizes float64[T + 1, L] and changes float64[T, L]."""
    model = make_model(width)
    if not isinstance(model, keras.Model) or getattr(model, "optimizer", None) is None:
        raise TypeError(
            "`make_model` must return a compiled keras.Model. "
            f"Received: {type(model).__name__} with width {width}"
        )
    sizes: list[list[float]] = []
    changes: list[list[float]] = []
    first: dict[str, np.ndarray] = {}
    inputs: Any = None
    for number, (x, y, weights) in zip(range(steps), batches, strict=False):
        if number == 0:
            inputs = keras.tree.map_structure(keras.ops.convert_to_tensor, x)
            first = _outputs(model, inputs)
            sizes.append([_rms(value) for value in first.values()])
        model.train_on_batch(x, y, weights)
        outputs = _outputs(model, inputs)
        sizes.append([_rms(value) for value in outputs.values()])
        changes.append([_rms(outputs[name] - first[name]) for name in first])
    return tuple(first), (np.array(sizes), np.array(changes))


class _Outputs(LayerObserver):
    """Keeps the outputs of all layers of one eager pass, on the host."""

    def __init__(self, model: keras.Model):
        backend = frameworks.current()
        known = names.layer_names(model)
        self._log, self._token = CallLog(backend, known), backend.trace_token()
        self.found: dict[str, np.ndarray] = {}

    def saw_output(self, layer: keras.layers.Layer, outputs: Any) -> None:
        """See `LayerObserver`."""
        if isinstance(layer, keras.layers.InputLayer):
            return
        for output in self._log.outputs(layer, outputs, self._token):
            value = keras.ops.convert_to_numpy(output.tensor)
            if np.issubdtype(value.dtype, np.inexact) or value.dtype.name == "bfloat16":
                self.found[output.name] = value.reshape(-1)[:MOST_VALUES].astype(np.float64)


def _outputs(model: keras.Model, inputs: Any) -> dict[str, np.ndarray]:
    if not model.built:
        call_for_inference(model, inputs)
    seen = _Outputs(model)
    with frameworks.current().no_gradient(), observing(seen, layer_calls()):
        call_for_inference(model, inputs)
    return seen.found


def _rms(x: np.ndarray) -> float:
    with np.errstate(all="ignore"):
        return float(np.sqrt(np.mean(np.square(x)))) if x.size else 0.0


def _checked(widths: Sequence[int], steps: int, seeds: int, batch_size: int) -> list[int]:
    numbers = sorted(set(widths))
    if len(numbers) < 2 or any(isinstance(w, bool) or int(w) != w or w < 1 for w in numbers):
        raise ValueError(
            f"`widths` must be at least two different positive integers. Received: {widths!r}"
        )
    for name, value in (("steps", steps), ("seeds", seeds), ("batch_size", batch_size)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(f"`{name}` must be a positive integer. Received: {value!r}")
    return [int(number) for number in numbers]
