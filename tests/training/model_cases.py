"""The kinds of training that must come out bit-identical, with what each needs."""

import dataclasses
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from tests.training import custom_steps
from tests.training import model_zoo as zoo
from tests.training.model_zoo import BATCH, SAMPLES
from tests.training.references import autograd, compiled_loss

ALL = ("tensorflow", "jax", "torch")
SEVERAL_STEPS_ON_TORCH = keras.version() >= "3.16"
Arrays = tuple[Any, Any, Any]  # x, y, sample weights; nests of arrays of N samples, or None


def as_arrays(x, y, sample_weight, batch_size=BATCH) -> dict[str, Any]:
    """Arguments of `fit` for plain arrays."""
    return {"x": x, "y": y, "sample_weight": sample_weight, "batch_size": batch_size}


def loss_gradients(model, x, y, sample_weight, loss=compiled_loss) -> dict[str, Any]:
    """Gradients of a loss with respect to all trainable variables."""
    variables = model.trainable_variables
    gradients = autograd(loss(model, x, y, sample_weight), variables)
    return dict(zip([v.path for v in variables], gradients, strict=True))


@dataclasses.dataclass(frozen=True)
class Case:
    """One kind of training.

    Attributes:
        name: Test id.
        make: Makes the compiled model.
        data: Makes x, y, sample weights.
        feed: Turns them into arguments of `fit`.
        fit: More arguments of `fit`.
        batch: Samples a batch.
        gradients: Computes the expected gradients from (model, x, y, sample weights).
        plain: Makes a model whose step has the same gradients and whose state can be read before
            every step, where `make`'s cannot.
        backends: Where it can run.
        no_gradient: Ends of the names of variables that have no gradient.
        rtol: Of the gradients' statistics.
        activations: Whether layer outputs are compared with `keras.Model(inputs, outputs)`.
        every: Sample every n-th step.
        unlike_keras: Backend to the words of the error with which plain Keras fails.
    """

    name: str
    make: Callable[[], keras.Model]
    data: Callable[[], Arrays] = lambda: (zoo.vectors(), zoo.labels(), None)
    feed: Callable[..., dict[str, Any]] = as_arrays
    fit: dict[str, Any] = dataclasses.field(default_factory=dict)
    batch: int = BATCH
    gradients: Callable[..., dict[str, Any]] = loss_gradients
    plain: Callable[[], keras.Model] | None = None
    backends: tuple[str, ...] = ALL
    no_gradient: tuple[str, ...] = ()
    rtol: float = 2e-4
    activations: bool = True
    every: int = 2
    unlike_keras: dict[str, str] = dataclasses.field(default_factory=dict)

    def steps_per_epoch(self) -> int:
        return -(-SAMPLES // self.batch)

    def batch_at(self, step: int) -> Arrays:
        """The batch of a step, of unshuffled data."""
        start = step % self.steps_per_epoch() * self.batch
        x, y, sample_weight = self.data()
        if sample_weight is None and "class_weight" in self.fit:
            sample_weight = np.array([self.fit["class_weight"][label] for label in y], "float32")
        return tuple(
            keras.tree.map_structure(lambda part: part[start : start + self.batch], part)
            if part is not None
            else None
            for part in (x, y, sample_weight)
        )


def of(make, **options):
    """A maker with options."""
    return lambda: make(**options)


def with_optimizer(optimizer, make=zoo.mlp):
    """A maker that compiles with a new optimizer each time."""
    return lambda: make(optimizer=optimizer())


def sequence_data():
    return zoo.sequences(), zoo.labels(), None


def token_data():
    return zoo.tokens(), zoo.labels(), None


def image_data():
    return zoo.images(), zoo.labels(), None


def two_inputs():
    return (zoo.vectors(seed=2), zoo.vectors(4, seed=3)), None, None


def multi_data():
    x = {"left": zoo.vectors(), "right": zoo.vectors(4, seed=3)}
    return x, {"kind": zoo.labels(), "value": zoo.vectors(1, seed=4)}, None


def pair_data():
    return [zoo.vectors(), zoo.vectors(seed=3)], zoo.labels(), None


def weighted_data():
    return zoo.vectors(), zoo.labels(), zoo.random(5).uniform(0.2, 2, SAMPLES).astype("float32")


def itself():
    return zoo.vectors(), zoo.vectors(), None


def generator_feed(x, y, sample_weight, batch_size=BATCH):
    steps = SAMPLES // batch_size

    def batches():
        while True:
            for i in range(steps):
                at = slice(i * batch_size, (i + 1) * batch_size)
                yield x[at], y[at]

    return {"x": batches(), "steps_per_epoch": steps}


class Batches(keras.utils.PyDataset):
    def __init__(self, x, y):
        super().__init__()
        self.x, self.y = x, y

    def __len__(self):
        return SAMPLES // BATCH

    def __getitem__(self, index):
        at = slice(index * BATCH, (index + 1) * BATCH)
        return self.x[at], self.y[at]


def py_dataset_feed(x, y, sample_weight):
    return {"x": Batches(x, y)}


def tf_data_feed(x, y, sample_weight):
    tf = pytest_import("tensorflow")
    return {"x": tf.data.Dataset.from_tensor_slices((x, y)).batch(BATCH).prefetch(1)}


def data_loader_feed(x, y, sample_weight):
    torch = pytest_import("torch")
    dataset = torch.utils.data.TensorDataset(torch.tensor(x), torch.tensor(y).long())
    return {"x": torch.utils.data.DataLoader(dataset, batch_size=BATCH, shuffle=False)}


def ragged_feed(x, y, sample_weight):
    import tensorflow as tf

    return {"x": tf.data.Dataset.from_tensor_slices((x, y)).batch(BATCH)}


def pytest_import(name):
    import pytest

    return pytest.importorskip(name)


def accumulating():
    return zoo.mlp(optimizer=keras.optimizers.Adam(0.01, gradient_accumulation_steps=2))


SGD, ADAM = keras.optimizers.SGD, keras.optimizers.Adam
STRUCTURES = [
    Case("sequential_built", zoo.mlp),
    Case("sequential_unbuilt", zoo.unbuilt, activations=False),
    Case("functional_two_in_two_out", zoo.two_in_two_out, multi_data),
    Case("nested", zoo.nested),
    Case("shared_layer", zoo.shared, pair_data),
    Case("subclassed", lambda: zoo.compiled(zoo.Subclassed()), activations=False),
    Case("convolutional", zoo.convolutional, image_data),
    Case("batch_normalization", zoo.normalised),
    Case("dropout", zoo.dropped, activations=False),
    Case("regularised", zoo.regularised),
    Case("weight_constraint", zoo.constrained),
    Case("partly_frozen", zoo.partly_frozen),
    Case("fully_frozen", zoo.fully_frozen),
    Case(
        "no_gradient",
        lambda: zoo.compiled(zoo.HalfUsed()),
        no_gradient=("unused/kernel", "unused/bias"),
        activations=False,
    ),
    Case("lora", zoo.lora),
    Case("attention", zoo.attention, sequence_data),
    Case("transformer", zoo.transformer, token_data),
    Case("transformer_dropout", of(zoo.transformer, dropout=0.3), token_data, activations=False),
    Case("embedding", zoo.embedded, token_data),
    Case("embedding_masked", zoo.masked, token_data),
    Case("lstm", zoo.recurrent(keras.layers.LSTM), sequence_data),
    Case("gru", zoo.recurrent(keras.layers.GRU), sequence_data),
    Case("simple_rnn_sequences", zoo.bidirectional, sequence_data),
    Case("stacked_cells", zoo.stacked_cells, sequence_data),
    Case(
        "lstm_unrolled",
        zoo.recurrent(keras.layers.LSTM, unroll=True),
        sequence_data,
    ),
    Case("remat_block", zoo.remat_block, activations=False),
    Case(
        "remat_layer",
        of(zoo.remat_block, anew=False),
        fit={"validation_data": (zoo.vectors(seed=9), zoo.labels(seed=9))},
        activations=False,
        unlike_keras={"jax": "Array has been deleted"},
    ),
    Case(
        "remat_scope",
        zoo.remat_scope,
        activations=False,
        unlike_keras={"tensorflow": "supports keywords arguments only when eager"},
    ),
    Case(
        "ragged",
        zoo.ragged,
        lambda: (zoo.ragged_tokens(), zoo.labels(), None),
        ragged_feed,
        backends=("tensorflow",),
        activations=False,
    ),
]
STEPS_OF_THEIR_OWN = [
    Case(
        "custom_train_step",
        custom_steps.custom_step,
        gradients=lambda *a: loss_gradients(*a, loss=custom_steps.custom_loss),
        activations=False,
    ),
    Case(
        "gan",
        custom_steps.gan,
        lambda: (zoo.vectors(), None, None),
        gradients=custom_steps.gan_gradients,
        activations=False,
    ),
    Case("vae_add_loss", zoo.variational, itself, activations=False),
]
COMPILED = [
    Case("run_eagerly", of(zoo.mlp, run_eagerly=True)),
    Case("jit_compile", of(zoo.mlp, jit_compile=True), backends=("tensorflow", "jax")),
    Case(
        "steps_per_execution",
        of(zoo.mlp, steps_per_execution=3),
        plain=zoo.mlp,
        unlike_keras={}
        if SEVERAL_STEPS_ON_TORCH
        else {"torch": "must be 1 with the PyTorch backend"},
    ),
    Case(
        "steps_per_execution_jit",
        of(zoo.mlp, steps_per_execution=3, jit_compile=True),
        plain=of(zoo.mlp, jit_compile=True),
        backends=("tensorflow", "jax"),
    ),
    Case("mixed_float16", zoo.mixed("mixed_float16"), rtol=2e-2),
    Case("mixed_bfloat16", zoo.mixed("mixed_bfloat16"), rtol=5e-2),
    Case("loss_scale_factor", with_optimizer(lambda: SGD(0.1, loss_scale_factor=64.0))),
    Case("clipnorm", with_optimizer(lambda: SGD(0.1, clipnorm=0.01))),
    Case("clipvalue", with_optimizer(lambda: SGD(0.1, clipvalue=0.001))),
    Case("global_clipnorm", with_optimizer(lambda: SGD(0.1, global_clipnorm=0.01))),
    Case("gradient_accumulation", accumulating, every=1),
    Case(
        "ema",
        with_optimizer(
            lambda: ADAM(0.01, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=2)
        ),
    ),
    Case("adamw", with_optimizer(lambda: keras.optimizers.AdamW(0.01, weight_decay=0.1))),
    Case(
        "learning_rate_schedule",
        with_optimizer(lambda: ADAM(keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5))),
    ),
]
FED = [
    Case(
        "partial_last_batch",
        zoo.mlp,
        batch=10,
        feed=lambda *a: as_arrays(*a, batch_size=10),
    ),
    Case("sample_weight", zoo.mlp, weighted_data),
    Case("class_weight", zoo.mlp, fit={"class_weight": {0: 1.0, 1: 2.0, 2: 0.5}}),
    Case(
        "validation_data",
        zoo.dropped,
        activations=False,
        fit={"validation_data": (100.0 * zoo.vectors(seed=9), zoo.labels(seed=9))},
    ),
    # Keras's own code, so each of the two under one other backend than TensorFlow.
    Case("generator", zoo.mlp, feed=generator_feed, backends=("tensorflow", "jax")),
    # The length of the sequences is not known when the step is traced.
    Case("sequences_from_a_generator", zoo.transformer, data=token_data, feed=generator_feed),
    Case("py_dataset", zoo.mlp, feed=py_dataset_feed, backends=("tensorflow", "torch")),
    Case("tf_data", zoo.mlp, feed=tf_data_feed, backends=("tensorflow", "jax")),
    Case("data_loader", zoo.mlp, feed=data_loader_feed, backends=("tensorflow", "torch")),
]
CASES = [case for group in (STRUCTURES, STEPS_OF_THEIR_OWN, COMPILED, FED) for case in group]
