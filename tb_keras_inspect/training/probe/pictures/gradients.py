"""Saliency of the inputs, and Grad-CAM, in one differentiated pass."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
from keras import ops

from tb_keras_inspect.frameworks.base import Backend
from tb_keras_inspect.frameworks.patches import instance_patch
from tb_keras_inspect.training.hooks.keras_hooks import LayerObserver, layer_calls, observing
from tb_keras_inspect.training.probe.pictures import maps
from tb_keras_inspect.training.probe.pictures.activation_functions import Used

_TO_PROBABILITY = ("softmax", "sigmoid")


@dataclasses.dataclass(frozen=True)
class OutputSite:
    """A layer output whose gradient is wanted.

    Attributes:
        layer: The layer.
        name: Site name.
        call: Which of its calls.
        shape: Of its output.
        channels_first: Whether axis 1 is the channel.
    """

    layer: keras.layers.Layer
    name: str
    call: int
    shape: tuple[int, ...]
    channels_first: bool = False


@dataclasses.dataclass(frozen=True)
class InputSite:
    """An input whose saliency is wanted.

    Attributes:
        name: Name of the input.
        position: Its number among the flat inputs.
        view: How it is shown.
        entry: For an input of whole numbers: the output that stands for it.
    """

    name: str
    position: int
    view: maps.View
    entry: OutputSite | None = None


class ScorePass:
    """Differentiates one score per sample.

    Zeros are added to inputs and layer outputs, and the gradient with respect to them is computed:
    that works on all backends, and inside subclassed models.

    Args:
        model: The model.
        call: Calls it with inputs and returns its outputs.
        inputs: What saliency is wanted of.
        cam: What Grad-CAM is wanted of, or None.
        outputs: Layers with an activation that makes probabilities, as (layer, attribute).
    """

    def __init__(
        self,
        model: keras.Model,
        call: Callable[[keras.Model, Any], Any],
        inputs: Sequence[InputSite],
        cam: OutputSite | None,
        outputs: Sequence[tuple[keras.layers.Layer, str]],
    ):
        self._model, self._call = model, call
        self._inputs, self._cam, self._outputs = list(inputs), cam, list(outputs)

    def forward(self, backend: Backend) -> Callable[[Any], dict[str, Any]]:
        """A function of the samples that returns pictures and, as "targets", the classes."""

        def run(samples: Any) -> dict[str, Any]:
            zeros = self._zeros(samples)
            gradients, (cam, targets) = backend.gradients(
                lambda offsets: self._score(offsets, samples), zeros
            )
            result = {"targets": targets}
            for site in self._inputs:
                result["saliency/" + site.name] = _magnitude(site, gradients[_key(site)])
            if self._cam is not None:
                result["grad_cam"] = _grad_cam(self._cam, cam, gradients["cam"])
            return result

        return run

    def _zeros(self, samples: Any) -> dict[str, Any]:
        flat = keras.tree.flatten(samples)
        zeros = {}
        for site in self._inputs:
            shape = site.entry.shape if site.entry else flat[site.position].shape
            zeros[_key(site)] = ops.zeros([int(d) for d in shape], "float32")
        if self._cam is not None:
            zeros["cam"] = ops.zeros(self._cam.shape, "float32")
        return zeros

    def _score(self, offsets: dict[str, Any], samples: Any) -> tuple[Any, Any]:
        """The sum of the samples' scores; the output of Grad-CAM's layer, and the classes."""
        flat = keras.tree.flatten(samples)
        added = _OutputOffsets({})
        for site in self._inputs:
            if site.entry is None:
                x = ops.convert_to_tensor(flat[site.position])
                flat[site.position] = x + ops.cast(offsets[_key(site)], x.dtype)
            else:
                added.offsets[site.entry] = offsets[_key(site)]
        if self._cam is not None:
            added.offsets[self._cam] = offsets["cam"]
        with self._logits() as logit_of, observing(added, layer_calls()):
            outputs = self._call(self._model, keras.tree.pack_sequence_as(samples, flat))
        output = keras.tree.flatten(outputs)[0]
        missing = [site.name for site in added.offsets if site not in added.seen]
        if missing:
            raise ValueError(f"the layer {missing[0]!r} was not called as it was before")
        score, targets = score_of(ops.cast(logit_of(output), "float32"))
        cam = added.seen.get(self._cam) if self._cam is not None else None
        return score, (0.0 if cam is None else cam, targets)

    @contextlib.contextmanager
    def _logits(self) -> Iterator[Callable[[Any], Any]]:
        """Yields a function from a tensor to what softmax or sigmoid made it of, else to itself."""
        made: list[tuple[Any, Any]] = []

        def wrapped(original: Callable[..., Any]) -> Callable[..., Any]:
            def function(x: Any, *args: Any, **kwargs: Any) -> Any:
                y = original(x, *args, **kwargs)
                made.append((y, x))
                return y

            return function

        def logit_of(output: Any) -> Any:
            return next((x for y, x in made if y is output), output)

        with contextlib.ExitStack() as stack:
            for layer, attribute in self._outputs:
                function = wrapped(getattr(layer, attribute))
                stack.enter_context(instance_patch(layer, attribute, function))
            yield logit_of


class _OutputOffsets(LayerObserver):
    """Adds offsets to the outputs of layers.

    Attributes:
        offsets: What is added where.
        seen: The sums.
    """

    def __init__(self, offsets: dict[OutputSite, Any]):
        self.offsets = offsets
        self.seen: dict[OutputSite, Any] = {}
        self._calls: dict[int, int] = {}

    def replaced(self, layer: keras.layers.Layer, outputs: Any) -> Any:
        wanted = [site for site in self.offsets if site.layer is layer]
        if not wanted or not hasattr(outputs, "dtype") or _is_symbolic(outputs):
            return outputs
        call = self._calls[id(layer)] = self._calls.get(id(layer), -1) + 1
        for site in wanted:
            if site.call == call:
                outputs = outputs + ops.cast(self.offsets[site], outputs.dtype)
                self.seen[site] = ops.cast(outputs, "float32")
        return outputs


def _is_symbolic(x: Any) -> bool:
    in_scope = keras.src.backend.common.symbolic_scope.in_symbolic_scope()
    return in_scope or isinstance(x, keras.KerasTensor)


def score_of(logits: Any) -> tuple[Any, Any]:
    """The sum over samples of what is differentiated, and the class it is of.

    Args:
        logits: float32, samples first.

    Returns:
        A scalar: of [samples, classes] the largest of each sample; of [samples] or [samples, 1] the
        value itself; of higher ranks the sum over positions of the largest. And int32[samples], the
        class, -1 where there is none.
    """
    samples = int(logits.shape[0])
    none = ops.full((samples,), -1, "int32")
    if len(logits.shape) < 2 or int(logits.shape[-1]) == 1:
        return ops.sum(logits), none
    if len(logits.shape) > 2:
        return ops.sum(ops.max(logits, axis=-1)), none
    targets = ops.cast(ops.argmax(ops.stop_gradient(logits), axis=-1), "int32")
    chosen = ops.one_hot(targets, int(logits.shape[-1]), dtype="float32")
    # Not by multiplication: 0 times the infinite logit of another class is NaN.
    return ops.sum(ops.where(chosen > 0, logits, ops.zeros_like(logits))), targets


def _magnitude(site: InputSite, gradient: Any) -> Any:
    """[samples, height, width, 1]."""
    gradient = ops.absolute(ops.cast(gradient, "float32"))
    if site.entry is not None:
        norm = ops.sqrt(ops.sum(ops.square(gradient), axis=-1))
        return ops.reshape(norm, (int(norm.shape[0]), 1, -1, 1))
    picture = maps.picture(gradient, site.view, ops)
    return ops.max(picture, axis=-1, keepdims=True)


def _grad_cam(site: OutputSite, output: Any, gradient: Any) -> Any:
    """[samples, height, width, 1]: the part of the output that raises the score."""
    if site.channels_first:
        output, gradient = ops.moveaxis(output, 1, -1), ops.moveaxis(gradient, 1, -1)
    space = tuple(range(1, len(site.shape) - 1))
    weights = ops.mean(gradient, axis=space, keepdims=True)
    cam = ops.maximum(ops.sum(weights * output, axis=-1), 0.0)
    if len(space) == 1:
        return cam[:, None, :, None]
    return (cam[:, cam.shape[1] // 2] if len(space) == 3 else cam)[..., None]


def cam_view(site: OutputSite) -> maps.View:
    """How a Grad-CAM is shown: a row for outputs of one dimension, else an image."""
    rank = len(site.shape)
    layout = "vector" if rank == 3 else "image"
    return maps.View(layout, site.channels_first, tuple(site.shape))


def _key(site: InputSite) -> str:
    return f"input/{site.name}"


def probability_layers(used: Sequence[Used]) -> list[tuple[keras.layers.Layer, str]]:
    """Of activation functions in use those that make probabilities: layer and attribute."""
    return [(item.layer, item.attribute) for item in used if item.function in _TO_PROBABILITY]
