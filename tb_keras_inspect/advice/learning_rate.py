"""Which learning rate: a range test, then short training runs around the rate where it turns."""

import contextlib
import math
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from tb_keras_inspect.advice.batches import Batch, Batches
from tb_keras_inspect.advice.curve import LearningRateCurve, has_blown_up, turning_point
from tb_keras_inspect.advice.kept import everything_kept
from tb_keras_inspect.training.hooks.inference import random_state_kept
from tb_keras_inspect.training.hooks.optimizers import inner_of, is_several

COARSE, FINE = 10**0.5, 10**0.2  # from one short training run's rate to the next


def find_learning_rate(
    model: keras.Model,
    data: Any,
    *,
    lowest: float = 1e-6,
    highest: float = 10.0,
    steps: int = 100,
    trials: int = 8,
    batch_size: int = 32,
    seed: int = 0,
) -> LearningRateCurve:
    """Suggests a learning rate, and leaves the model as it was.

    Trains for some steps while the rate rises, then begins again and trains shortly with several rates
    around the one where the loss was lowest. The suggestion is the rate with the lowest loss at the
    end. Afterwards weights, optimizer, metrics, random states and the order of the data are as before,
    to the bit; the learning rate is not changed either.

    Args:
        model: A compiled model, not while `fit` runs. It begins with its present weights.
        data: What `fit` would get: a tuple `(x, y)` or `(x, y, sample_weight)` of arrays, or what
            yields batches: a `tf.data.Dataset`, a `PyDataset`, a `DataLoader`, or another iterable.
            Of a generator, which cannot be drawn twice, at most 32 batches are taken and used again.
        lowest: First learning rate of the range test. Defaults to 1e-6.
        highest: Last learning rate. Defaults to 10. The test ends earlier where the loss blows up.
        steps: Steps of the range test, and of each short training run. Defaults to 100. The closer to
            the length of the run that you plan, the better the suggestion.
        trials: Most short training runs. Defaults to 8; 0 for the range test alone.
        batch_size: Examples of a batch, where `data` is a tuple. Defaults to 32.
        seed: Of the order of the examples, where `data` is a tuple. Defaults to 0.

    Returns:
        The curve, the short training runs, the suggestion and its reason.

    Raises:
        ValueError: If the model has no optimizer with one learning rate, an option is out of range, the
            data has no batches, or the loss is not finite at the lowest rate.
        TypeError: If the data is none of these.

    Example:

    ```python
    from tb_keras_inspect import find_learning_rate

    curve = find_learning_rate(model, (x, y), steps=20, trials=4)
    print(curve)
    if curve.suggestion is not None:
        model.optimizer.learning_rate = curve.suggestion
    ```
    """
    _check_options(lowest, highest, steps, trials, batch_size)
    optimizer = _optimizer_of(model)
    batches = Batches(data, batch_size, seed)
    with batches.position_kept():
        with random_state_kept():
            first = next(iter(batches))
        kept = everything_kept(model, first)
        with kept as restore, _rate_settable(model, optimizer) as set_rate:
            search = _Search(model, batches, set_rate, restore, steps)
            return search.run(lowest, highest, trials)


class _Search:
    """One search. All its training runs begin with the same state and get the same batches."""

    def __init__(
        self,
        model: keras.Model,
        batches: Batches,
        set_rate: Callable[[float], None],
        restore: Callable[[], None],
        steps: int,
    ):
        self._model, self._batches, self._steps = model, batches, steps
        self._set_rate, self._restore = set_rate, restore
        self._trials: dict[float, float] = {}

    def run(self, lowest: float, highest: float, trials: int) -> LearningRateCurve:
        rates = np.geomspace(lowest, highest, self._steps)
        losses: list[float] = []
        for rate, batch in zip(rates, self._batches, strict=False):
            losses.append(self._step(rate, batch))
            if has_blown_up(losses):
                break
        if not math.isfinite(losses[0]):
            raise ValueError(
                "The loss must be finite before the first update, so that a learning rate can be "
                f"found. Received: {losses[0]:g}. Look at the data and the model"
            )
        rates = rates[: len(losses)]
        turning, has_fallen = turning_point(rates, np.array(losses))
        suggestion: float | None = turning / COARSE if has_fallen else None
        reason = f"the loss is lowest near a rate of {turning:.2g}, and this leaves a margin"
        if trials:
            suggestion, reason = self._try_around(turning / COARSE, trials, losses[0])
        elif not has_fallen:
            reason = f"no rate from {lowest:g} to {rates[-1]:.2g} lowered the loss"
        if len(losses) < self._steps:
            reason += (
                f"; the range test ended at {rates[-1]:.2g}, where the loss was {losses[-1]:.3g}"
            )
        notes = tuple(self._batches.notes)
        trained = dict(sorted(self._trials.items()))
        return LearningRateCurve(rates, np.array(losses), trained, suggestion, reason, notes)

    def _try_around(self, center: float, trials: int, first: float) -> tuple[float | None, str]:
        """Climbs to the best rate in coarse steps, then looks at its nearest neighbours."""
        for factor in (COARSE, FINE):
            while True:
                for rate in (center, center / factor, center * factor):
                    if len(self._trials) < trials and not self._tried(rate):
                        self._trials[rate] = self._train(rate)
                best = min(self._trials, key=lambda rate: self._trials[rate])
                if best == center or len(self._trials) >= trials:
                    break
                center = best
        best = min(self._trials, key=lambda rate: self._trials[rate])
        loss = self._trials[best]
        if not loss < first:  # or not finite
            return None, f"no rate that was tried near {best:.2g} lowered the loss from {first:.3g}"
        others = [
            f"{found:.3g} with {rate:.2g}"
            for rate, found in sorted(self._trials.items())
            if rate != best and max(rate / best, best / rate) < 1.01 * COARSE
        ]
        beside = f", which is {' and '.join(others)}" if others else ""
        return best, f"after {self._steps} steps with it the loss is {loss:.3g}{beside}"

    def _tried(self, rate: float) -> bool:
        return any(abs(math.log(rate / other)) < 0.01 for other in self._trials)

    def _train(self, rate: float) -> float:
        """Mean loss of the batches after a short training run; infinite if one is not finite."""
        self._restore()
        losses = []
        # With a rate of 0 a step only computes the loss.
        rates = [rate] * self._steps + [0.0] * max(self._steps // 4, 1)
        for rate, batch in zip(rates, self._batches, strict=False):
            losses.append(self._step(rate, batch))
            if not math.isfinite(losses[-1]):
                return math.inf
        return float(np.mean(losses[self._steps :]))

    def _step(self, rate: float, batch: Batch) -> float:
        """Trains on one batch; returns its loss before the update."""
        self._set_rate(rate)
        x, y, sample_weight = batch
        logs = self._model.train_on_batch(x, y, sample_weight, return_dict=True)
        if "loss" not in logs:
            raise ValueError(
                "`model.train_step` must return a dict with the key 'loss'. "
                f"Received: {sorted(logs)}"
            )
        return float(np.mean(logs["loss"]))


@contextlib.contextmanager
def _rate_settable(model: keras.Model, optimizer: Any) -> Iterator[Callable[[float], None]]:
    """A block in which a function sets the rate of each step, also over a schedule."""
    original = optimizer._learning_rate
    # Built anew for one batch a call, and with the rate as a variable.
    model.train_function, model.steps_per_execution = None, 1
    rate = original
    if not isinstance(original, keras.Variable):
        rate = keras.Variable(0.0, dtype="float32", trainable=False, name="learning_rate")
        optimizer._learning_rate = rate  # which makes it one of the optimizer's variables
    try:
        yield rate.assign
    finally:
        if rate is not original:
            optimizer._learning_rate = original
            optimizer._untrack_variable(rate)


def _optimizer_of(model: Any) -> Any:
    if not isinstance(model, keras.Model):
        raise TypeError(f"`model` must be a keras.Model. Received: {type(model).__name__}")
    optimizer = inner_of(getattr(model, "optimizer", None))
    if optimizer is None:
        raise ValueError(
            "`model` must be compiled with an optimizer. Received: a model without one"
        )
    if is_several(optimizer) or not hasattr(optimizer, "_learning_rate"):
        raise ValueError(
            "`model` must have an optimizer with one learning rate. "
            f"Received: {type(optimizer).__name__}"
        )
    return optimizer


def _check_options(lowest: float, highest: float, steps: int, trials: int, batch_size: int) -> None:
    if not 0 < lowest < highest < math.inf:
        raise ValueError(
            "`lowest` must be greater than 0 and less than `highest`. "
            f"Received: lowest={lowest!r}, highest={highest!r}"
        )
    for name, value, least in (
        ("steps", steps, 10),
        ("trials", trials, 0),
        ("batch_size", batch_size, 1),
    ):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ValueError(
                f"`{name}` must be an integer of at least {least}. Received: {value!r}"
            )
