"""Slow, obvious counterparts of what the twin records."""

import keras
import numpy as np

BACKEND = keras.backend.backend()


def statistics_of(x) -> dict[str, float]:
    """`l2`, `mean`, `std`, `max_abs`, `zero_fraction`, `nonfinite_count` in float64."""
    x = np.asarray(x, np.float64).ravel()
    return {
        "l2": float(np.sqrt(np.sum(x**2))),
        "mean": float(np.mean(x)),
        "std": float(np.std(x)),
        "max_abs": float(np.max(np.abs(x))),
        "zero_fraction": float(np.mean(x == 0)),
        "nonfinite_count": float(np.sum(~np.isfinite(x))),
    }


def assert_statistics(
    recorded: dict, x, where: str, rtol: float = 2e-4, atol: float = 1e-6
) -> None:
    """Recorded statistics are those of an array."""
    expected = statistics_of(x)
    # What is near zero beside the tensor's size is rounding.
    floor = atol + rtol * expected["max_abs"]
    for name, value in expected.items():
        slack = floor if name in ("mean", "std") else atol
        if name == "zero_fraction" and (rtol > 1e-3 or expected["max_abs"] < 1e-6):
            continue  # rounding decides what is zero
        np.testing.assert_allclose(
            recorded[name], value, rtol=rtol, atol=slack, err_msg=f"{where}: {name}"
        )


def mixed(bits: int, position: int) -> int:
    """What is summed up for a checksum: bits and their position, with Python's integers."""
    mixed = bits ^ (bits >> 15)
    for factor, shift in ((0x45D9F3B, 13), (0x27D4EB2D, 16)):
        mixed = ((mixed + position) * factor + 2**31) % 2**32 - 2**31
        mixed ^= mixed >> shift
    return mixed


def words(x) -> list[int]:
    """The bits of floating-point numbers, as float32 or two words each; the values of integers."""
    if x.dtype == np.float64:
        return x.ravel().view("<i4").tolist()
    if x.dtype.kind in "iub":
        return x.ravel().astype("<i4").tolist()
    return x.ravel().astype("<f4").view("<i4").tolist()


def place(position: int) -> tuple[int, int, int]:
    """What the row, and the column for either half of a word, of an element are mixed to; positions
    begin with 0, a row has 256 elements."""
    row, column = divmod(position, 256)
    return tuple(mixed(n, n) for n in (row + 513, column + 1, column + 257))


def weighted(word: int, position: int) -> int:
    """What an element adds to a checksum, with Python's integers."""
    row, low, high = place(position)
    return (row | 1) * (word * (low | 1) + (word >> 16) * (high | 1))


def sign_at(position: int) -> int:
    """The sign of an element in a projection; positions begin with 0."""
    row, column, _ = place(position)
    return -1 if (row ^ column) >> 15 & 1 else 1


def checksum_of(x) -> tuple[int, float, float]:
    """The checksum, the projection and the norm of an array, element by element."""
    x = np.asarray(x)
    own = words(x)
    total = sum((weighted(word, place) for place, word in enumerate(own)), len(own)) % 2**32
    bits = (total ^ total >> 8) % 2**24
    values = [float(value) for value in x.ravel()]
    projection = sum(sign_at(position) * value for position, value in enumerate(values))
    return bits, projection, sum(value**2 for value in values) ** 0.5


def autograd(loss, variables):
    """Gradients of a loss by the backend's own differentiation, without touching any state.

    Args:
        loss: Function without arguments that computes the loss with the model as it is.
        variables: What to differentiate with respect to.

    Returns:
        NumPy arrays; None where the loss does not depend on the variable.
    """
    if not variables:
        return []
    compute = {"tensorflow": _tape, "jax": _jax_grad, "torch": _torch_grad}[BACKEND]
    return [None if g is None else to_numpy(g) for g in compute(loss, variables)]


def to_numpy(x):
    if BACKEND == "tensorflow":
        import tensorflow as tf

        x = tf.convert_to_tensor(x)
    if BACKEND == "torch" and hasattr(x, "is_sparse") and x.is_sparse:
        x = x.to_dense()
    return np.array(keras.ops.convert_to_numpy(keras.ops.cast(x, "float32")))


def _own_values(variables):
    # Regularizers read weights from the scope.
    return keras.StatelessScope(
        state_mapping=[(variable, variable.value) for variable in variables], collect_losses=True
    )


def _tape(loss, variables):
    import tensorflow as tf

    with tf.GradientTape() as tape, _own_values(variables):
        value = loss()
    return tape.gradient(value, [variable.value for variable in variables])


def _jax_grad(loss, variables):
    import jax

    def of_values(values):
        mapping = list(zip(variables, values, strict=True))
        with keras.StatelessScope(state_mapping=mapping, collect_losses=True):
            return loss()

    return jax.grad(of_values)([variable.value for variable in variables])


def _torch_grad(loss, variables):
    import torch

    with _own_values(variables):
        value = loss()
    parameters = [variable.value for variable in variables]
    return torch.autograd.grad(value, parameters, allow_unused=True)


def compiled_loss(model, x, y, sample_weight=None):
    """The loss that `fit` differentiates: the compiled one and the layers' own."""

    def loss():
        y_pred = model(x, training=True) if model._call_has_training_arg else model(x)
        return model.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight)

    return loss


def state_of(model) -> list[np.ndarray]:
    """Values of all weights and random states, in the model's order; on PyTorch, whose dropout draws
    from the global stream, that one's state too."""
    values = [to_host(v) for v in model.trainable_variables + model.non_trainable_variables]
    if BACKEND == "torch":
        import torch

        values.append(torch.get_rng_state().numpy().copy())
    return values


def full_state_of(model) -> list[np.ndarray]:
    """`state_of` and that of the optimizers."""
    optimizers = [v for k, v in vars(model).items() if isinstance(v, keras.optimizers.Optimizer)]
    own = getattr(model, "optimizer", None)
    if own is not None and all(own is not other for other in optimizers):
        optimizers.append(own)
    return state_of(model) + [to_host(v) for o in optimizers for v in o.variables]


def to_host(variable) -> np.ndarray:
    value = np.asarray(keras.ops.convert_to_numpy(variable.value))
    return np.array(value, np.float64 if value.dtype.kind in "fV" else value.dtype)


def set_state(model, values) -> None:
    """Puts what `state_of` gave into a model with the same variables."""
    variables = model.trainable_variables + model.non_trainable_variables
    if BACKEND == "torch":
        import torch

        torch.set_rng_state(torch.from_numpy(values[-1]))
        values = values[:-1]
    assert len(variables) == len(values)
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value.astype(keras.backend.standardize_dtype(variable.dtype)))


class StateKeeper(keras.callbacks.Callback):
    """Keeps the state before chosen training steps, as NumPy arrays."""

    def __init__(self, steps, steps_per_epoch):
        super().__init__()
        self.wanted, self.steps_per_epoch, self.states = set(steps), steps_per_epoch, {}

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        step = self.epoch * self.steps_per_epoch + batch
        if step in self.wanted:
            self.states[step] = state_of(self.model)
