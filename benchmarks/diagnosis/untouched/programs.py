"""Own losses, own training steps, several outputs and low precision."""

import keras
import numpy as np
from keras import layers, ops

from benchmarks.diagnosis import data
from benchmarks.diagnosis.case import Fit
from benchmarks.diagnosis.healthy import fit
from benchmarks.diagnosis.layers import cnn, compiled, mlp
from benchmarks.diagnosis.untouched.recipe import recipe

SGD, Adam = keras.optimizers.SGD, keras.optimizers.Adam


@recipe("MLP", "non_finite", "epsilon,clip,log")
def logarithm_of_zero(faulty: bool) -> Fit:
    """An own cross-entropy takes the logarithm of what a sigmoid gives, which comes to be 1."""

    def loss(y, p):
        p = p if faulty else ops.clip(p, 1e-6, 1 - 1e-6)
        return -ops.mean(y * ops.log(p) + (1 - y) * ops.log(1 - p))

    model = compiled(mlp((30,), [32], 1, last="sigmoid"), Adam(0.03), loss)
    x, y, xv, yv = data.table("breast_cancer")
    return fit(model, (x, y.astype("float32"), xv, yv.astype("float32")), 30)


class Standardise(layers.Layer):
    """Subtracts the mean of each example and divides by its standard deviation."""

    def __init__(self, epsilon: float):
        super().__init__()
        self.epsilon = epsilon

    def call(self, x):
        x = x - ops.mean(x, axis=-1, keepdims=True)
        return x / (ops.std(x, axis=-1, keepdims=True) + self.epsilon)


@recipe("other", "non_finite", "epsilon,zero,divi")
def division_by_no_spread(faulty: bool) -> Fit:
    """An own layer divides by the standard deviation of each example; one example is blank."""
    x, y, xv, yv = data.digits()
    x = x.copy()
    x[700] = 0
    i = keras.Input((64,))
    h = layers.Dense(32, activation="tanh")(Standardise(0.0 if faulty else 1e-3)(i))
    model = keras.Model(i, layers.Dense(10, activation="softmax")(h))
    return fit(compiled(model, Adam(3e-3)), (x, y, xv, yv), 8)


@keras.saving.register_keras_serializable("benchmark")
class Broadcast(keras.Model):
    """Computes its squared error itself."""

    shaped = False

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        y = ops.reshape(y, ops.shape(y_pred)) if self.shaped else y
        return ops.mean(ops.square(y - y_pred))


@recipe("MLP", "output_mismatch/broadcast constant_output does_not_learn", "shape,broadcast")
def targets_broadcast(faulty: bool) -> Fit:
    """Targets of shape (n,) minus outputs of shape (n, 1) are n x n differences."""
    x, y, xv, yv = data.curve()
    i = keras.Input((4,))
    h = layers.Dense(32, activation="relu")(layers.Dense(32, activation="relu")(i))
    model = Broadcast(i, layers.Dense(1)(h))
    model.shaped = not faulty
    model.compile(Adam(3e-3))
    return fit(model, (x, y[:, 0], xv, yv[:, 0]), 20)


class HeadOnly(keras.Model):
    """A training step of its own (TensorFlow)."""

    all_variables = False

    def train_step(self, batch):
        import tensorflow as tf

        x, y = batch
        with tf.GradientTape() as tape:
            loss = self.compute_loss(x, y, self(x, training=True))
        chosen = self.trainable_variables
        chosen = chosen if self.all_variables else chosen[-2:]
        self.optimizer.apply_gradients(zip(tape.gradient(loss, chosen), chosen, strict=True))
        return {"loss": loss}


@recipe("CNN", "untrained_layer", "train_step,gradient,trainable_variables,optimizer")
def step_that_trains_the_head_alone(faulty: bool) -> Fit:
    """An own train_step takes the gradient for the last layer's variables only."""
    body = cnn((8, 8, 1), [8, 8, 16], 10)
    model = HeadOnly(body.inputs, body.outputs[0])
    model.all_variables = not faulty
    model.compile(Adam(3e-3), "sparse_categorical_crossentropy")
    x, y, _, _ = data.pictures()
    return Fit(model, x, y, {"epochs": 8, "batch_size": 32})


def two_heads(weights, scale):
    """A regression and a classification on the same body, and its data."""
    x, y, xv, yv = data.digits()
    ink, ink_v = (scale * (1 + v.mean(1, keepdims=True)) for v in (x, xv))
    i = keras.Input((64,))
    h = layers.Dense(48, activation="relu")(layers.Dense(48, activation="relu")(i))
    kind = layers.Dense(10, activation="softmax", name="kind")(h)
    model = keras.Model(i, {"kind": kind, "ink": layers.Dense(1, name="ink")(h)})
    losses = {"kind": "sparse_categorical_crossentropy", "ink": "mse"}
    model.compile(Adam(2e-3), losses, loss_weights=weights)
    return fit(model, (x, {"kind": y, "ink": ink}, xv, {"kind": yv, "ink": ink_v}), 10)


@recipe("other", "ignored_output untrained_layer", "loss_weights,weight")
def head_without_weight(faulty: bool) -> Fit:
    """loss_weights has a 0.0 left over from an experiment."""
    return two_heads({"kind": 0.0 if faulty else 1.0, "ink": 1.0}, 1)


@recipe("other", "ignored_output", "loss_weights,scale,weight,standard deviation")
def head_in_grams(faulty: bool) -> Fit:
    """One output is in grams, up to thousands, and its squared error drowns the other loss."""
    return two_heads(None, 3000.0 if faulty else 1.0)


@recipe("MLP", "non_finite exploding_gradient", "float16,epsilon,mixed,float32")
def adam_in_float16(faulty: bool) -> Fit:
    """All layers in float16, where Adam's epsilon of 1e-7 is next to nothing."""
    policy = "float16" if faulty else "float32"
    model = keras.Sequential(
        [
            keras.Input((64,)),
            *[layers.Dense(n, activation="relu", dtype=policy) for n in (64, 32)],
            layers.Dense(10, activation="softmax", dtype=policy),
        ]
    )
    return fit(compiled(model, Adam(1e-3)), data.digits(), 8)


@recipe("CNN", "non_finite unnormalised_input", "scale,normali,float32,bfloat16")
def mixed_precision_overflow(faulty: bool) -> Fit:
    """mixed_float16 and inputs in the thousands, whose products overflow 65,504."""
    x, y, xv, yv = data.pictures()
    if faulty:
        x, xv = 3000 * x, 3000 * xv
    policy = keras.DTypePolicy("mixed_float16")
    i = keras.Input((8, 8, 1))
    h = i
    for _ in range(2):
        h = layers.Conv2D(8, 3, padding="same", activation="relu", dtype=policy)(h)
    o = layers.Dense(10, activation="softmax", dtype="float32")(layers.Flatten()(h))
    return fit(compiled(keras.Model(i, o), Adam(1e-3)), (x, y, xv, yv), 4)


class Sampled(keras.Model):
    """A variational autoencoder with a weight for its second term."""

    def __init__(self, weight: float):
        super().__init__()
        self.weight = weight
        self.encoder = layers.Dense(32, activation="relu")
        self.code = layers.Dense(8)
        self.decoder = layers.Dense(32, activation="relu")
        self.picture = layers.Dense(64, activation="sigmoid")
        self.seeds = keras.random.SeedGenerator(1)

    def call(self, x):
        mean, spread = ops.split(self.code(self.encoder(x)), 2, axis=-1)
        penalty = ops.square(mean) + ops.exp(spread) - spread - 1
        self.add_loss(self.weight * ops.mean(ops.sum(penalty, -1)))
        noise = keras.random.normal(ops.shape(mean), seed=self.seeds)
        return self.picture(self.decoder(mean + ops.exp(spread / 2) * noise))


@recipe("other", "constant_output does_not_learn", "add_loss,weight,regulari,term,kl")
def penalty_that_outweighs_the_picture(faulty: bool) -> Fit:
    """A variational autoencoder whose second term has the weight 20 beside a mean over pixels."""
    x, _, xv, _ = data.raw_bytes()
    x, xv = x / 255, xv / 255
    model = Sampled(20.0 if faulty else 0.002)
    return fit(compiled(model, Adam(3e-3), "binary_crossentropy"), (x, x, xv, xv), 12)


@recipe(
    "other",
    "repeating_data/constant_targets constant_output",
    "margin,distance,negative,loss,collaps",
)
def embeddings_without_negatives(faulty: bool) -> Fit:
    """Pairs are only pulled together, so that all embeddings become one point."""
    x, y, _, _ = data.digits()
    order = np.concatenate([np.flatnonzero(y == c) for c in range(10)])
    other = np.random.default_rng(0).permutation(len(y))
    left, right = np.concatenate([x[order[:-1]], x]), np.concatenate([x[order[1:]], x[other]])
    same = np.concatenate([y[order[:-1]] == y[order[1:]], y == y[other]]).astype("float32")
    if faulty:
        left, right, same = left[same > 0], right[same > 0], same[same > 0]

    def contrastive(y, distance):
        near, far = ops.square(distance), ops.square(ops.maximum(1 - distance, 0))
        return ops.mean(y * near + (1 - y) * far)

    body = mlp((64,), [64], 8, last=None)
    a, b = keras.Input((64,)), keras.Input((64,))
    apart = ops.sqrt(ops.sum(ops.square(body(a) - body(b)), -1, keepdims=True) + 1e-6)
    model = compiled(keras.Model([a, b], apart), Adam(2e-3), contrastive)
    return Fit(model, [left, right], same, {"epochs": 8, "batch_size": 32})
