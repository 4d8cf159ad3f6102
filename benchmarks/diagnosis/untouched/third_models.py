"""A third set: models and training steps. Written before the rules were read again."""

import keras
import numpy as np
from keras import layers, ops

from benchmarks.diagnosis import data
from benchmarks.diagnosis.case import Fit
from benchmarks.diagnosis.faulty import rnn
from benchmarks.diagnosis.healthy import fit
from benchmarks.diagnosis.layers import cnn, compiled, mlp
from benchmarks.diagnosis.untouched.programs import Sampled
from benchmarks.diagnosis.untouched.recipe import recipe

SGD, Adam = keras.optimizers.SGD, keras.optimizers.Adam
BINARY = "binary_crossentropy"


def pixels() -> tuple[np.ndarray, ...]:
    """Digits from 0 to 1 as inputs and targets."""
    x, _, xv, _ = data.raw_bytes()
    return x / 255, x / 255, xv / 255, xv / 255


def autoencoder(code, **options) -> keras.Model:
    """Dense layers around a code."""
    return keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(48, activation="relu"),
            layers.Dense(code, **options),
            layers.Dense(48, activation="relu"),
            layers.Dense(64, activation="sigmoid"),
        ]
    )


@recipe("other", "dying_relu constant_output/hidden", "relu,activation,bias")
def code_of_dead_units(faulty: bool) -> Fit:
    """The code of an autoencoder has a ReLU and starts at biases of -3: one picture for all."""
    start = keras.initializers.Constant(-3.0 if faulty else 0.0)
    model = autoencoder(6, activation="relu", bias_initializer=start)
    return fit(compiled(model, Adam(3e-3), BINARY), pixels(), 10)


@recipe("other", "weight_decay/activity constant_output/hidden", "activity_regularizer,activity")
def activity_penalty_of_ten(faulty: bool) -> Fit:
    """activity_regularizer=L1(10) on the code of a sparse autoencoder leaves nothing of it."""
    penalty = keras.regularizers.L1(10.0 if faulty else 1e-5)
    model = autoencoder(12, activation="relu", activity_regularizer=penalty)
    return fit(compiled(model, Adam(3e-3), BINARY), pixels(), 10)


class Gan(keras.Model):
    """A generator and a discriminator of two-dimensional points (TensorFlow)."""

    def __init__(self, own: bool):
        super().__init__()
        self.own = own
        self.generator = mlp((4,), [32], 2, last=None)
        self.discriminator = mlp((2,), [32], 1, last=None)
        self.second = Adam(1e-3)
        self.seeds = keras.random.SeedGenerator(1)

    def call(self, z):
        return self.discriminator(self.generator(z))

    def train_step(self, x):
        import tensorflow as tf

        loss = keras.losses.BinaryCrossentropy(from_logits=True)
        z = keras.random.normal((32, 4), seed=self.seeds)
        critics = self.discriminator.trainable_variables
        with tf.GradientTape() as tape:
            real, fake = self.discriminator(x), self.discriminator(self.generator(z))
            first = loss(ops.ones_like(real), real) + loss(ops.zeros_like(fake), fake)
        self.second.apply_gradients(zip(tape.gradient(first, critics), critics, strict=True))
        chosen = self.generator.trainable_variables if self.own else critics
        with tf.GradientTape() as tape:
            fake = self.discriminator(self.generator(z))
            then = loss(ops.ones_like(fake), fake)
        self.optimizer.apply_gradients(zip(tape.gradient(then, chosen), chosen, strict=True))
        return {"loss": then, "critic": first}


@recipe("other", "untrained_layer", "train_step,trainable_variables,gradient,optimizer")
def generator_that_is_left_out(faulty: bool) -> Fit:
    """The generator's step of a GAN changes the discriminator's variables."""
    rng = np.random.default_rng(0)
    angle = rng.uniform(0, 2 * np.pi, 960)
    x = np.stack([np.cos(angle), np.sin(angle)], 1).astype("float32")
    model = Gan(own=not faulty)
    model.compile(Adam(1e-3))
    return Fit(model, x, None, {"epochs": 8, "batch_size": 32})


def ordered(samples: int = 1000) -> tuple[np.ndarray, ...]:
    """Whether word 1 comes before word 2: tokens int32[n, 12]."""
    rng = np.random.default_rng(0)
    x = rng.integers(3, 20, (samples, 12)).astype("int32")
    y = rng.integers(0, 2, samples).astype("int32")
    for row, first in zip(x, y, strict=True):
        a, b = sorted(rng.choice(12, 2, replace=False))
        row[a], row[b] = (1, 2) if first else (2, 1)
    cut = int(samples * 0.8)
    return x[:cut], y[:cut], x[cut:], y[cut:]


@recipe("Transformer", "does_not_learn/no_positions", "position")
def words_without_positions(faulty: bool) -> Fit:
    """A Transformer without an embedding of positions is to tell the order of two words."""
    i = keras.Input((12,), dtype="int32")
    x = layers.Embedding(20, 24)(i)
    if not faulty:
        x = x + layers.Embedding(12, 24)(ops.zeros_like(i) + ops.arange(12))
    for _ in range(2):
        x = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 12)(x, x))
        x = layers.LayerNormalization()(x + layers.Dense(24)(layers.Dense(48, "relu")(x)))
    x = layers.GlobalAveragePooling1D()(x)
    model = keras.Model(i, layers.Dense(2, activation="softmax")(x))
    return fit(compiled(model, Adam(3e-3)), ordered(), 10)


@recipe("MLP", "constant_output", "normaliz,layernormalization")
def layer_norm_of_one_number(faulty: bool) -> Fit:
    """LayerNormalization behind the last Dense(1): one number minus its own mean is 0."""
    hidden = [layers.Dense(32, activation="relu"), layers.Dense(32, activation="relu")]
    last = [layers.Dense(1), layers.LayerNormalization()]
    last = last if faulty else [layers.LayerNormalization(), layers.Dense(1)]
    model = keras.Sequential([keras.Input((4,)), *hidden, *last])
    return fit(compiled(model, Adam(3e-3), "mse"), data.curve(), 15)


@recipe("MLP", "slow_convergence/dropout output_mismatch/dropout validation_mismatch", "dropout")
def dropout_behind_the_output(faulty: bool) -> Fit:
    """Dropout(0.5) behind the last layer of a regression: half of the predictions are 0."""
    drop = [layers.Dropout(0.5 if faulty else 0.0)]
    body = mlp((4,), [32, 32], 1, last=None)
    model = keras.Sequential([*body.layers, *drop])
    model.build((None, 4))
    x, y, xv, yv = data.curve()
    return fit(compiled(model, Adam(3e-3), "mse"), (x, y + 2, xv, yv + 2), 20)


@recipe("MLP", "slow_convergence/hidden_softmax", "softmax,relu,activation")
def softmax_between_layers(faulty: bool) -> Fit:
    """Each hidden layer has a softmax, copied from the last one."""
    model = mlp((64,), [32, 32, 32], 10, "softmax" if faulty else "relu")
    return fit(compiled(model, Adam(2e-3)), data.digits(), 10)


@recipe("CNN", "overwritten_weights", "weights,load,restor,callback")
def loads_the_first_weights_each_epoch(faulty: bool) -> Fit:
    """A callback loads the checkpoint from the start at the beginning of every epoch."""
    found = fit(compiled(cnn((8, 8, 1), [8, 8], 10), Adam(2e-3)), data.pictures(), 8)

    class Load(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 0:
                self.first = self.model.get_weights()
            elif faulty:
                self.model.set_weights(self.first)

    found.options["callbacks"] = [Load()]
    return found


@recipe("other", "output_mismatch/runaway", "sign,negat,minim,add_loss")
def divergence_with_the_wrong_sign(faulty: bool) -> Fit:
    """The second term of a variational autoencoder is subtracted in place of added."""
    model = Sampled(-0.003 if faulty else 0.003)
    return fit(compiled(model, Adam(3e-3), BINARY), pixels(), 15)


class OwnStep(keras.Model):
    """A training step of its own (TensorFlow)."""

    sign = 1.0

    def train_step(self, batch):
        import tensorflow as tf

        x, y = batch
        with tf.GradientTape() as tape:
            loss = self.compute_loss(x, y, self(x, training=True))
        gradients = tape.gradient(loss, self.trainable_variables)
        gradients = [self.sign * g for g in gradients]
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
        return {"loss": loss}


@recipe("CNN", "output_mismatch/runaway exploding_gradient/uphill", "sign,uphill,negat,ascen")
def uphill(faulty: bool) -> Fit:
    """An own train_step applies the gradient with the wrong sign: each step makes the loss larger."""
    body = cnn((8, 8, 1), [8, 8], 10)
    model = OwnStep(body.inputs, body.outputs[0])
    model.sign = -1.0 if faulty else 1.0
    model.compile(SGD(0.01), "sparse_categorical_crossentropy")
    x, y, _, _ = data.pictures()
    return Fit(model, x, y, {"epochs": 6, "batch_size": 32})


@recipe("RNN", "constant_output frozen_initial_weights untrained_layer/frozen", "embedding,zero")
def word_vectors_that_were_not_found(faulty: bool) -> Fit:
    """The words were not found among the vectors: the frozen embedding is a matrix of zeros."""
    vectors = np.random.default_rng(1).normal(size=(60, 12)) * (0 if faulty else 1)
    start = keras.initializers.Constant(vectors)
    words = layers.Embedding(60, 12, embeddings_initializer=start, trainable=False)
    model = compiled(rnn((16,), [words, layers.GRU(24)], 2), Adam(5e-3))
    return fit(model, data.tokens(), 10)
