"""The fifth set: rates, weights and layers. Written before the rules were read again."""

import keras
import numpy as np
from keras import initializers, layers, ops

from benchmarks.diagnosis import data
from benchmarks.diagnosis.case import Fit
from benchmarks.diagnosis.healthy import fit
from benchmarks.diagnosis.layers import cnn, compiled, mlp
from benchmarks.diagnosis.untouched.fifth.inputs import convolutions, in_a_row
from benchmarks.diagnosis.untouched.recipe import recipe

optimizers = keras.optimizers
FAST = "exploding_gradient oscillating_loss does_not_learn/large_steps non_finite"


@recipe("other", "slow_convergence/symmetric initial_weights", "initiali,random")
def convolutions_of_a_tenth(faulty: bool) -> Fit:
    """Constant(0.1) for two convolutions over time: all of their filters are the same."""
    start = initializers.Constant(0.1) if faulty else "he_uniform"
    body = [layers.Conv1D(12, 5, 2, activation="relu", kernel_initializer=start) for _ in range(2)]
    stack = [*body, layers.Flatten(), layers.Dense(1)]
    return fit(compiled(in_a_row(*stack), optimizers.Nadam(3e-3), "mse"), data.sine(900), 8)


@recipe("other", "slow_convergence/small_updates does_not_learn/small_steps", "raise,rate")
def adagrad_as_it_was_for_sgd(faulty: bool) -> Fit:
    """Adagrad(1e-4), whose steps shrink all the time, for a recommender."""
    rng = np.random.default_rng(8)
    users, items = rng.normal(size=(40, 3)), rng.normal(size=(50, 3))
    pair = np.stack([rng.integers(0, 40, 1500), rng.integers(0, 50, 1500)], 1).astype("int32")
    y = np.sum(users[pair[:, 0]] * items[pair[:, 1]], -1, keepdims=True).astype("float32")
    i = keras.Input((2,), dtype="int32")
    h = layers.Flatten()(layers.Embedding(90, 8)(i + np.array([0, 40], "int32")))
    model = keras.Model(i, layers.Dense(1)(layers.Dense(32, activation="relu")(h)))
    model = compiled(model, optimizers.Adagrad(1e-4 if faulty else 0.2), "mse")
    return fit(model, (pair[:1200], y[:1200], pair[1200:], y[1200:]), 10)


@recipe("CNN", "constant_output saturated_activation", "bias,initiali,sigmoid,logits,crossentropy")
def sigmoid_that_begins_at_one(faulty: bool) -> Fit:
    """The bias of the last sigmoid begins at 25, and the squared error has no slope there."""
    x, y, xv, yv = data.pictures()
    y, yv = ((v[:, None] < 5).astype("float32") for v in (y, yv))
    body = cnn((8, 8, 1), [8, 8], 12)
    start = initializers.Constant(25.0 if faulty else 0.0)
    last = layers.Dense(1, activation="sigmoid", bias_initializer=start)
    model = keras.Model(body.inputs, last(body.layers[-2].output))
    return fit(compiled(model, optimizers.Adam(3e-3), "mse"), (x, y, xv, yv), 8)


@recipe("Transformer", "initial_weights exploding_gradient/initial_scale", "initiali")
def embedding_of_forty(faulty: bool) -> Fit:
    """An embedding drawn with a standard deviation of 40, in front of dense layers."""
    start = initializers.RandomNormal(stddev=40.0 if faulty else 0.05, seed=2)
    words = layers.Embedding(60, 12, embeddings_initializer=start)
    hidden = [layers.Dense(24, activation="relu") for _ in range(2)]
    stack = [words, layers.Flatten(), *hidden, layers.Dense(2, activation="softmax")]
    model = in_a_row(*stack, shape=(16,))
    return fit(compiled(model, optimizers.Adam(1e-3)), data.tokens(), 8)


class FirstOfAll(layers.Layer):
    """Takes the first example of the batch for all of them."""

    def call(self, x):
        return ops.zeros_like(x) + x[:1]


@recipe("RNN", "constant_output does_not_learn", "layer,input,same,axis,index")
def first_example_for_all(faulty: bool) -> Fit:
    """x[0] was meant along time: each example gets what the first of the batch has."""
    middle = [FirstOfAll()] if faulty else []
    stack = [layers.GRU(12), *middle, layers.Dense(1)]
    return fit(compiled(in_a_row(*stack), optimizers.Adam(3e-3), "mse"), data.sine(900), 8)


@recipe("CNN", "rate_change", "rate,factor,schedule,callback")
def plateau_times_ten(faulty: bool) -> Fit:
    """ReduceLROnPlateau got factor=10 in place of 0.1 (a subclass, for Keras refuses it)."""
    found = fit(compiled(cnn((8, 8, 1), [8, 8], 10), optimizers.Adam(3e-3)), data.pictures(), 12)

    class Times(keras.callbacks.Callback):
        """Multiplies the rate where the loss has stopped falling."""

        best, waited = np.inf, 0

        def on_epoch_end(self, epoch, logs=None):
            self.waited = 0 if logs["val_loss"] < 0.9 * self.best else self.waited + 1
            self.best = min(self.best, logs["val_loss"])
            if self.waited > 1:
                optimizer = self.model.optimizer
                factor = 10.0 if faulty else 0.5
                optimizer.learning_rate = float(optimizer.learning_rate) * factor
                self.waited = 0

    found.options["callbacks"] = [Times()]
    return found


@recipe("RNN", FAST + " slow_convergence/large_steps", "lower,learning rate,nadam(")
def nadam_of_a_half(faulty: bool) -> Fit:
    """Nadam(0.5) for a GRU over rows of digits."""
    model = in_a_row(layers.GRU(24), layers.Dense(10, activation="softmax"), shape=(8, 8))
    return fit(compiled(model, optimizers.Nadam(0.5 if faulty else 5e-3)), data.rows(), 8)


@recipe("RNN", "weight_decay/optimizer", "weight_decay")
def lion_with_a_decay_of_fifty(faulty: bool) -> Fit:
    """Lion(1e-3, weight_decay=50) for an LSTM."""
    decay = 50.0 if faulty else 0.01
    model = in_a_row(layers.LSTM(16), layers.Dense(1))
    model = compiled(model, optimizers.Lion(1e-3, weight_decay=decay), "mse")
    return fit(model, data.sine(900), 8)


class KeepAFourth(layers.Layer):
    """Dropout that keeps one unit in four, with or without dividing by what it keeps."""

    def __init__(self, divide: bool):
        super().__init__()
        self.divide, self.seed = divide, keras.random.SeedGenerator(3)

    def call(self, x, training=False):
        if not training:
            return x
        kept = ops.cast(keras.random.uniform(ops.shape(x), seed=self.seed) < 0.25, x.dtype)
        return x * kept * (4.0 if self.divide else 1.0)


@recipe("CNN", "validation_mismatch", "training,inference,layer,validation,mode")
def own_dropout_that_does_not_divide(faulty: bool) -> Fit:
    """An own dropout does not divide by the part it keeps: inference gets four times as much."""
    x, y, xv, yv = data.sine(900)
    y, yv = y + 2, yv + 2
    drop = KeepAFourth(not faulty)
    hidden = [layers.Dense(64, activation="relu"), drop]
    return fit(
        compiled(convolutions(*hidden, layers.Dense(1)), optimizers.Adam(3e-3), "mse"),
        (x, y, xv, yv),
        14,
    )


@recipe("other", "frozen_initial_weights", "pretrained,load,weights,trainable")
def clone_of_a_trained_base(faulty: bool) -> Fit:
    """clone_model does not copy weights: the frozen base is a new one."""
    x, y, xv, yv = data.rows()
    base = in_a_row(
        layers.Conv1D(16, 3, activation="relu"),
        layers.Conv1D(16, 3, activation="relu"),
        layers.Flatten(),
        shape=(8, 8),
    )
    first = keras.Sequential([base, layers.Dense(10, activation="softmax")])
    compiled(first).fit(x[y < 6], y[y < 6], epochs=4, verbose=0)
    copy = keras.models.clone_model(base)
    if not faulty:
        copy.set_weights(base.get_weights())
    copy.trainable = False
    model = keras.Sequential([keras.Input((8, 8)), copy, layers.Dense(10, activation="softmax")])
    return fit(compiled(model, optimizers.Adamax(5e-3)), (x, y, xv, yv), 8)


@recipe("other", FAST + " dying_relu/rate dying_relu", "learning rate,rate,sgd(")
def two_branches_at_three(faulty: bool) -> Fit:
    """A wide and a deep branch with SGD(3)."""
    x, y, xv, yv = data.digits()
    i = keras.Input((64,))
    h = layers.Dense(48, activation="relu")(i)
    h = layers.Concatenate()([i, layers.Dense(24, activation="relu")(h)])
    model = keras.Model(i, layers.Dense(10, activation="softmax")(h))
    optimizer = optimizers.SGD(3.0 if faulty else 0.03, momentum=0.9)
    return fit(compiled(model, optimizer), (x, y, xv, yv), 8)


class Attention(layers.Layer):
    """One head of attention, with or without its scale."""

    def __init__(self, width: int, scale: float):
        super().__init__()
        self.key, self.value = layers.Dense(width), layers.Dense(width)
        self.query, self.scale = layers.Dense(width), scale

    def build(self, shape):
        for part in (self.key, self.value, self.query):
            part.build(shape)

    def call(self, x):
        scores = ops.matmul(self.query(x), ops.transpose(self.key(x), (0, 2, 1))) * self.scale
        return x + ops.matmul(ops.softmax(scores), self.value(x))


@recipe("Transformer", "saturated_activation initial_weights exploding_gradient", "scale,softmax")
def attention_multiplied_by_its_width(faulty: bool) -> Fit:
    """The scores of an own attention are multiplied by the width in place of divided by its root."""
    i = keras.Input((16,), dtype="int32")
    start = initializers.RandomNormal(stddev=1.0, seed=4)
    x = layers.Embedding(60, 24, embeddings_initializer=start)(i)
    for _ in range(2):
        x = layers.LayerNormalization()(Attention(24, 24.0 if faulty else 24**-0.5)(x))
    x = layers.GlobalAveragePooling1D()(x)
    model = keras.Model(i, layers.Dense(2, activation="softmax")(x))
    return fit(compiled(model, optimizers.Adam(2e-3)), data.tokens(), 6)


class OwnSoftmax(layers.Layer):
    """The exponential divided by its sum, with or without taking the maximum off first."""

    def __init__(self, shifted: bool):
        super().__init__()
        self.shifted = shifted

    def call(self, x):
        x = x - ops.max(x, -1, keepdims=True) if self.shifted else x
        return ops.exp(x) / ops.sum(ops.exp(x), -1, keepdims=True)


@recipe("MLP", "non_finite", "exp,overflow,maximum,softmax,clip")
def own_softmax_that_overflows(faulty: bool) -> Fit:
    """An own softmax takes the exponential of scores that grow beyond 88."""
    head = [layers.Dense(10), layers.Rescaling(40.0), OwnSoftmax(not faulty)]
    stack = [layers.Dense(32, activation="relu"), *head]
    model = in_a_row(*stack, shape=(64,))
    return fit(compiled(model, optimizers.SGD(0.002)), data.digits(), 8)


@recipe("Transformer", "slow_convergence/dropout", "dropout")
def transformer_without_its_words(faulty: bool) -> Fit:
    """Dropout(0.97) behind the embedding of a small Transformer."""
    i = keras.Input((16,), dtype="int32")
    x = layers.Dropout(0.97 if faulty else 0.05)(layers.Embedding(60, 16)(i))
    x = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 8)(x, x))
    x = layers.GlobalAveragePooling1D()(x)
    model = keras.Model(i, layers.Dense(2, activation="softmax")(x))
    return fit(compiled(model, optimizers.Adam(4e-3)), data.tokens(), 8)


@recipe("MLP", "slow_convergence/decayed decayed_rate", "decay,schedule,rate")
def cosine_over_one_epoch(faulty: bool) -> Fit:
    """CosineDecay whose decay_steps are counted in epochs: the rate is 0 after 20 steps."""
    steps = 20 if faulty else 20 * 45
    rate = optimizers.schedules.CosineDecay(0.02, steps)
    model = compiled(mlp((64,), [32, 16], 10, "selu"), optimizers.SGD(rate, momentum=0.9))
    return fit(model, data.digits(), 12)
