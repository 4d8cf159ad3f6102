"""The fifth set: healthy runs that look like its faults. Written before the rules were read again."""

import keras
import numpy as np
from keras import layers, ops

from benchmarks.diagnosis import data
from benchmarks.diagnosis.case import Fit, case
from benchmarks.diagnosis.healthy import fit
from benchmarks.diagnosis.layers import cnn, compiled, mlp
from benchmarks.diagnosis.untouched.fifth.inputs import BINARY, in_a_row

optimizers = keras.optimizers


@case("RNN", held_out=True)
def tiny_targets():
    """Targets of a few thousandths: the loss is 1e-6, and it falls as it should."""
    x, y, xv, yv = data.sine(900)
    model = in_a_row(layers.GRU(12), layers.Dense(1))
    return fit(compiled(model, optimizers.Adam(2e-3), "mse"), (x, 3e-3 * y, xv, 3e-3 * yv), 15)


@case("MLP", held_out=True)
def bag_of_words():
    """300 columns, of which an example has 8 that are not 0."""
    rng = np.random.default_rng(1)
    x = np.zeros((1200, 300), "float32")
    for row in x:
        row[rng.integers(0, 300, 8)] = 1
    y = (x[:, :150].sum(1) > 4).astype("float32")
    model = mlp((300,), [16], 1, last="sigmoid")
    source = (x[:1000], y[:1000], x[1000:], y[1000:])
    return fit(compiled(model, optimizers.RMSprop(2e-3), BINARY), source, 8)


class PointsGan(keras.Model):
    """A generator and a critic of points on a line, whose losses go to and fro (PyTorch)."""

    def __init__(self):
        super().__init__()
        self.generator = mlp((4,), [16, 16], 2, last=None)
        self.critic = mlp((2,), [16, 16], 1, "leaky_relu", None)
        self.second = optimizers.Adam(2e-3, beta_1=0.5)
        self.seeds = keras.random.SeedGenerator(1)

    def call(self, z):
        return self.critic(self.generator(z))

    def _apply(self, optimizer, loss, variables):
        self.zero_grad()
        loss.backward()
        optimizer.apply([v.value.grad for v in variables], variables)

    def train_step(self, batch):
        x = batch[0] if isinstance(batch, tuple) else batch
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
        z = keras.random.normal((32, 4), seed=self.seeds)
        real, fake = self.critic(x), self.critic(self.generator(z))
        first = loss(0.9 * ops.ones_like(real), real) + loss(ops.zeros_like(fake), fake)
        self._apply(self.second, first, self.critic.trainable_variables)
        fake = self.critic(self.generator(z))
        then = loss(ops.ones_like(fake), fake)
        self._apply(self.optimizer, then, self.generator.trainable_variables)
        return {"loss": then, "critic": first}


@case("other", held_out=True)
def gan_of_points():
    """A GAN: two losses that neither fall nor should."""
    rng = np.random.default_rng(2)
    t = rng.uniform(-1, 1, (960, 1))
    x = np.concatenate([t, 0.5 * t + 0.3], 1).astype("float32")
    model = PointsGan()
    model(x[:2].repeat(2, 1))
    model.compile(optimizers.Adam(1e-3, beta_1=0.5))
    return Fit(model, x, None, {"epochs": 10, "batch_size": 32})


@case("other", held_out=True)
def frozen_base_with_its_weights():
    """A base of convolutions over time, trained, its weights set into a new model and frozen."""
    x, y, xv, yv = data.rows()

    def base():
        body = [layers.Conv1D(16, 3, activation="gelu") for _ in range(2)]
        return in_a_row(*body, layers.Flatten(), shape=(8, 8))

    old, new = base(), base()
    first = keras.Sequential([old, layers.Dense(10, activation="softmax")])
    compiled(first).fit(x[y > 3], y[y > 3], epochs=4, verbose=0)
    new.set_weights(old.get_weights())
    new.trainable = False
    model = keras.Sequential([keras.Input((8, 8)), new, layers.Dense(10, activation="softmax")])
    return fit(compiled(model, optimizers.Nadam(3e-3)), (x, y, xv, yv), 8)


@case("CNN", held_out=True)
def smoothed_labels():
    """Label smoothing of 0.1: the loss stays above 0.5 for good."""
    x, y, xv, yv = data.pictures()
    y, yv = (keras.utils.to_categorical(v, 10) for v in (y, yv))
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
    return fit(compiled(cnn((8, 8, 1), [12, 12], 10), "rmsprop", loss), (x, y, xv, yv), 12)


@case("RNN", held_out=True)
def rare_class_with_weights():
    """One sequence in 15 is positive, and class_weight makes up for it."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(1500, 8, 3)).astype("float32")
    y = (rng.random(1500) < 1 / 15).astype("float32")
    x[y > 0, :, 0] += 1.2
    model = in_a_row(layers.GRU(8), layers.Dense(1, "sigmoid"), shape=(8, 3))
    model = compiled(model, optimizers.Adam(4e-3), BINARY, metrics=["accuracy"])
    source = (x[:1200], y[:1200], x[1200:], y[1200:])
    return fit(model, source, 8, class_weight={0: 0.54, 1: 7.5})


@case("MLP", held_out=True)
def plateau_that_ends():
    """The parity of three bits: the loss stays at that of guessing for long, then falls."""
    rng = np.random.default_rng(0)
    x = rng.choice([-1.0, 1.0], (1024, 3)).astype("float32")
    y = (np.prod(x, 1) > 0).astype("float32")
    x = x + 0.1 * rng.normal(size=x.shape).astype("float32")
    model = compiled(mlp((3,), [12, 12], 1, "tanh", "sigmoid"), optimizers.Adam(2e-3), BINARY)
    return fit(model, (x[:800], y[:800], x[800:], y[800:]), 30)


@case("residual", held_out=True)
def prices_scaled_in_the_model():
    """Prices around 250,000: the last layer multiplies and adds, and the loss is in the billions."""
    x, y, xv, yv = data.curve()
    y, yv = (2.5e5 + 6e4 * v for v in (y, yv))
    i = keras.Input((4,))
    h = layers.Dense(24, activation="relu")(i)
    h = layers.Add()([h, layers.Dense(24, activation="relu")(h)])
    o = layers.Rescaling(6e4, offset=2.5e5)(layers.Dense(1)(h))
    model = compiled(keras.Model(i, o), optimizers.Adam(3e-3), "mse")
    return fit(model, (x, y, xv, yv), 15)


@case("other", held_out=True)
def pairs_with_negatives():
    """A siamese network with a contrastive loss: pairs of equal and of other digits."""
    x, y, xv, yv = data.digits()
    rng = np.random.default_rng(3)

    def pairs(x, y):
        other = rng.permutation(len(x))
        half = len(x) // 2
        for n in range(half):
            other[n] = rng.choice(np.flatnonzero(y == y[n]))
        return {"a": x, "b": x[other]}, (y == y[other]).astype("float32")

    def contrastive(same, distance):
        same = ops.reshape(same, ops.shape(distance))
        apart = ops.square(ops.maximum(1.0 - distance, 0.0))
        return ops.mean(same * ops.square(distance) + (1 - same) * apart)

    tower = mlp((64,), [32], 8, last=None)
    a, b = keras.Input((64,), name="a"), keras.Input((64,), name="b")
    gap = ops.sum(ops.square(tower(a) - tower(b)), -1, keepdims=True)
    model = keras.Model({"a": a, "b": b}, ops.sqrt(gap + 1e-6))
    source = (*pairs(x, y), *pairs(xv, yv))
    return fit(compiled(model, optimizers.Adam(1e-3), contrastive), source, 12)


@case("RNN", held_out=True)
def stream_of_sequences():
    """Sequences drawn anew for each batch, without end, and long after the noise is reached."""
    rng = np.random.default_rng(6)

    def batches():
        while True:
            x = rng.normal(size=(24, 6, 2)).astype("float32")
            y = x[:, :, 0].mean(1, keepdims=True) + 0.5 * rng.normal(size=(24, 1))
            yield x, y.astype("float32")

    model = compiled(in_a_row(layers.GRU(8), layers.Dense(1), shape=(6, 2)), "adam", "mse")
    return Fit(model, batches(), None, {"steps_per_epoch": 15, "epochs": 30})


@case("other", held_out=True)
def policy_gradient():
    """REINFORCE on a bandit of four arms: its loss is around 0, of either sign, and does not fall."""
    rng = np.random.default_rng(7)
    x = rng.normal(size=(1600, 4)).astype("float32")
    arm = rng.integers(0, 4, 1600)
    reward = x[np.arange(1600), arm] + 0.3 * rng.normal(size=1600)
    target = np.zeros((1600, 4), "float32")
    target[np.arange(1600), arm] = reward - reward.mean()

    def reinforce(advantage, p):
        return -ops.mean(advantage * ops.log(p + 1e-6))

    model = compiled(mlp((4,), [16], 4, "tanh"), optimizers.Adam(1e-3), reinforce)
    return Fit(model, x, target, {"epochs": 8, "batch_size": 32})


@case("CNN", held_out=True)
def warm_restarts():
    """A cosine schedule that starts again four times, from half the rate: it is raised each time."""
    rate = optimizers.schedules.CosineDecayRestarts(0.05, 90, t_mul=1.0, m_mul=0.8)
    model = cnn((8, 8, 1), [12, 12], 10, norm=True)
    return fit(compiled(model, optimizers.SGD(rate, momentum=0.9)), data.pictures(), 9)
