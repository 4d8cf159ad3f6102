"""A fourth set: frequent faults in models that they had not been met in; README.md says how it went."""

import keras
import numpy as np
from keras import initializers, layers, ops, regularizers

from benchmarks.diagnosis import data
from benchmarks.diagnosis.case import Fit
from benchmarks.diagnosis.faulty import rnn
from benchmarks.diagnosis.healthy import fit
from benchmarks.diagnosis.layers import cnn, compiled, kind_and_ink, mlp, residual, transformer
from benchmarks.diagnosis.untouched.recipe import recipe
from benchmarks.diagnosis.untouched.third_inputs import scenes, segmenter
from benchmarks.diagnosis.untouched.third_models import autoencoder, pixels

SGD, Adam = keras.optimizers.SGD, keras.optimizers.Adam
BINARY = "binary_crossentropy"
FAST = "exploding_gradient oscillating_loss does_not_learn/large_steps non_finite"


@recipe("Transformer", "slow_convergence/small_updates does_not_learn/small_steps", "raise,rate")
def transformer_at_a_millionth(faulty: bool) -> Fit:
    """A Transformer with AdamW(1e-6), the rate of a fine-tuning."""
    rate = 1e-6 if faulty else 2e-3
    model = transformer(16, 60, 16, 1, 2, rate=0.0)
    return fit(compiled(model, keras.optimizers.AdamW(rate)), data.tokens(), 6)


@recipe("CNN", FAST, "learning rate,sgd(")
def segmentation_at_ten(faulty: bool) -> Fit:
    """A U-Net with SGD(10)."""
    optimizer = SGD(10.0 if faulty else 0.3, momentum=0.9)
    return fit(compiled(segmenter(), optimizer, BINARY), scenes(), 8)


@recipe("RNN", "does_not_learn/target_scale", "target")
def visitors_as_targets(faulty: bool) -> Fit:
    """An LSTM is to predict visitors, around 20,000, with the squared error."""
    x, y, xv, yv = data.sine(900)
    if faulty:
        y, yv = 2e4 + 3e3 * y, 2e4 + 3e3 * yv
    model = compiled(rnn((24, 1), [layers.LSTM(16)], 1, last=None), Adam(3e-3), "mse")
    return fit(model, (x, y, xv, yv), 10)


@recipe("RNN", "loose_labels does_not_learn", "label,target,belong,order,shift")
def tags_of_the_next_word(faulty: bool) -> Fit:
    """Each word has the tag of the word after it, which a GRU has not read yet."""
    x, _, xv, _ = data.tokens(1000, 12)
    y, yv = ((v % 3).astype("int32") for v in (x, xv))
    if faulty:
        y, yv = np.roll(y, -1, 1), np.roll(yv, -1, 1)
    cells = [layers.Embedding(60, 16), layers.GRU(24, return_sequences=True)]
    return fit(compiled(rnn((12,), cells, 3), Adam(5e-3)), (x, y, xv, yv), 8)


@recipe("other", "output_mismatch/target_range", "scale,255,target")
def autoencoder_of_bytes(faulty: bool) -> Fit:
    """The inputs of an autoencoder are divided by 255, and its targets are not."""
    x, y, xv, yv = pixels()
    factor = 255 if faulty else 1
    model = compiled(autoencoder(12, activation="relu"), Adam(3e-3), "mse")
    return fit(model, (x, factor * y, xv, factor * yv), 10)


@recipe("MLP", "unnormalised_input", "normali")
def a_column_of_salaries(faulty: bool) -> Fit:
    """Standardised columns and one of salaries, 20,000 to 90,000."""
    x, y, xv, yv = data.table("breast_cancer")
    rng = np.random.default_rng(1)
    more, more_v = (rng.uniform(2e4, 9e4, (len(v), 1)).astype("float32") for v in (x, xv))
    if not faulty:
        more, more_v = (more - 5.5e4) / 2e4, (more_v - 5.5e4) / 2e4
    x, xv = np.concatenate([x, more], 1), np.concatenate([xv, more_v], 1)
    model = compiled(mlp((31,), [32, 16], 1, last="sigmoid"), Adam(2e-3), BINARY)
    return fit(model, (x, y, xv, yv), 15)


@recipe("other", "ignored_output", "loss_weights,weight")
def second_task_at_a_millionth(faulty: bool) -> Fit:
    """loss_weights gives the second task a millionth."""
    x, y, xv, yv = data.digits()
    i = keras.Input((64,))
    h = layers.Dense(48, activation="relu")(i)
    kind = layers.Dense(10, activation="softmax", name="kind")(h)
    odd = layers.Dense(16, activation="relu")(h)
    odd = layers.Dense(1, activation="sigmoid", name="odd")(odd)
    model = keras.Model(i, {"kind": kind, "odd": odd})
    losses = {"kind": "sparse_categorical_crossentropy", "odd": BINARY}
    weights = {"kind": 1.0, "odd": 1e-6 if faulty else 1.0}
    model.compile(SGD(0.1, momentum=0.9), losses, loss_weights=weights)
    return fit(model, (x, {"kind": y, "odd": y % 2}, xv, {"kind": yv, "odd": yv % 2}), 10)


@recipe("CNN", "repeating_data/sorted", "shuffl")
def one_hot_and_sorted(faulty: bool) -> Fit:
    """The file lists one class after the other, with one-hot labels, and fit does not shuffle."""
    x, y, xv, yv = data.pictures()
    if faulty:
        order = np.argsort(y, kind="stable")
        x, y = x[order], y[order]
    y, yv = (keras.utils.to_categorical(v, 10) for v in (y, yv))
    model = compiled(cnn((8, 8, 1), [16, 16], 10), SGD(0.05), "categorical_crossentropy")
    return fit(model, (x, y, xv, yv), 8, shuffle=not faulty)


@recipe("CNN", "validation_mismatch/unlike", "validation,prepared,classes,label")
def validation_labels_turned(faulty: bool) -> Fit:
    """0 and 1 are exchanged in the validation labels."""
    x, y, xv, yv = data.pictures()
    y, yv = (v[:, None] % 2 for v in (y, yv))
    model = compiled(cnn((8, 8, 1), [8, 16], 1, last="sigmoid"), Adam(3e-3), BINARY)
    return fit(model, (x, y, xv, 1 - yv if faulty else yv), 8)


@recipe("RNN", "slow_convergence/small_updates does_not_learn/small_steps", "clipvalue,clip,raise")
def lstm_clipped_to_nothing(faulty: bool) -> Fit:
    """clipvalue=1e-6 was copied from somewhere."""
    optimizer = SGD(0.1, momentum=0.9, clipvalue=1e-6 if faulty else 1.0)
    model = rnn((24, 1), [layers.LSTM(16)], 1, last=None)
    return fit(compiled(model, optimizer, "mse"), data.sine(900), 8)


@recipe("other", "initial_weights vanishing_gradient", "initiali")
def autoencoder_of_tiny_weights(faulty: bool) -> Fit:
    """RandomNormal(stddev=0.002) in an autoencoder of seven tanh layers."""
    start = initializers.RandomNormal(stddev=0.002, seed=2) if faulty else "glorot_uniform"
    model = mlp((64,), [48, 32, 16, 16, 32, 48], 64, "tanh", "sigmoid", kernel_initializer=start)
    return fit(compiled(model, SGD(0.2, momentum=0.9), BINARY), pixels(), 8)


@recipe("residual", "initial_weights exploding_gradient", "initiali")
def residual_blocks_that_double(faulty: bool) -> Fit:
    """Twelve residual blocks without normalisation, each of which doubles what it receives."""
    start = initializers.RandomNormal(stddev=0.4, seed=3) if faulty else "glorot_uniform"
    blocks = 12 if faulty else 3
    model = residual((64,), 32, blocks, 10, norm=not faulty, kernel_initializer=start)
    return fit(compiled(model, Adam(1e-3)), data.digits(), 6)


@recipe("CNN", "weight_decay/regularizer", "penalty,l2,regulari")
def convolutions_with_a_penalty_of_one(faulty: bool) -> Fit:
    """kernel_regularizer=L2(1.0) in each convolution."""
    penalty = regularizers.L2(1.0 if faulty else 1e-4)
    model = cnn((8, 8, 1), [16, 16], 10, kernel_regularizer=penalty)
    return fit(compiled(model, Adam(3e-3)), data.pictures(), 8)


@recipe("RNN", "non_finite/input non_finite/unsampled_data", "non-finite,missing,remove")
def gaps_in_the_series(faulty: bool) -> Fit:
    """Sensors failed five times: these values are NaN."""
    x, y, xv, yv = data.sine(900)
    x = x.copy()
    x[[40, 200, 350, 500, 700], 7] = np.nan if faulty else 0
    model = rnn((24, 1), [layers.GRU(16)], 1, last=None)
    return fit(compiled(model, Adam(3e-3), "mse"), (x, y, xv, yv), 8)


@recipe("Transformer", "output_mismatch/target_range", "linear")
def transformer_with_relu_for_temperatures(faulty: bool) -> Fit:
    """Temperatures from -2 to 2, and a ReLU on the output of the Transformer."""
    x, _, xv, _ = data.tokens()
    y, yv = ((v.mean(1, keepdims=True) - 30).astype("float32") / 4 for v in (x, xv))
    model = transformer(16, 60, 16, 1, 1, last="relu" if faulty else None, rate=0.0)
    return fit(compiled(model, Adam(3e-3), "mse"), (x, y, xv, yv), 8)


@recipe("RNN", "rate_change", "rate,schedule")
def schedule_in_percent(faulty: bool) -> Fit:
    """A callback sets the rate from epoch 5 on, and has percent in mind: 2.0."""
    model = rnn((8, 8), [layers.GRU(32)], 10)
    found = fit(compiled(model, SGD(0.2, momentum=0.5)), data.rows(), 10)
    high = 20.0 if faulty else 0.02
    change = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate if epoch < 5 else high)
    found.options["callbacks"] = [change]
    return found


class Stuck(keras.utils.PyDataset):
    """Batches of sequences; a stuck one always gives the first."""

    def __init__(self, x, y, stuck):
        super().__init__()
        self.x, self.y, self.stuck = x, y, stuck

    def __len__(self):
        return len(self.x) // 32

    def __getitem__(self, index):
        index = 0 if self.stuck else index
        return self.x[32 * index : 32 * index + 32], self.y[32 * index : 32 * index + 32]


@recipe("RNN", "repeating_data/one_batch", "generator,batch")
def generator_that_ignores_its_index(faulty: bool) -> Fit:
    """A PyDataset returns its first batch whatever the index."""
    x, y, xv, yv = data.rows()
    model = compiled(rnn((8, 8), [layers.GRU(32)], 10), Adam(3e-3))
    return Fit(model, Stuck(x, y, faulty), None, {"epochs": 8, "validation_data": (xv, yv)})


@recipe("Transformer", "frozen_initial_weights", "pretrained,load,trainable")
def encoder_that_was_never_loaded(faulty: bool) -> Fit:
    """The encoder is frozen, and its weights were never loaded."""
    model = transformer(16, 60, 16, 2, 2, rate=0.0)
    for layer in model.layers[:-1]:
        layer.trainable = not faulty
    return fit(compiled(model, Adam(2e-3)), data.tokens(), 6)


@recipe("RNN", "loose_labels", "label,belong,order")
def a_third_of_the_labels_wrong(faulty: bool) -> Fit:
    """A third of the training labels belongs to other sequences."""
    x, y, xv, yv = data.rows()
    if faulty:
        rng = np.random.default_rng(9)
        wrong = rng.permutation(len(y))[: len(y) // 3]
        y = y.copy()
        y[wrong] = y[rng.permutation(wrong)]
    return fit(compiled(rnn((8, 8), [layers.GRU(32)], 10), Adam(3e-3)), (x, y, xv, yv), 10)


@recipe("Transformer", "slow_convergence/dropout", "dropout,rate")
def transformer_that_drops_nearly_all(faulty: bool) -> Fit:
    """Dropout of 0.95 in attention and feed-forward layers."""
    model = transformer(16, 60, 16, 2, 2, rate=0.95 if faulty else 0.1)
    i, o = model.inputs[0], model.layers[-2].output
    o = layers.Dropout(0.95 if faulty else 0.1)(o)
    model = keras.Model(i, layers.Dense(2, activation="softmax")(o))
    return fit(compiled(model, Adam(2e-3)), data.tokens(), 6)


@recipe("MLP", "output_mismatch/runaway", "sign,abs,square,loss")
def mean_of_the_difference(faulty: bool) -> Fit:
    """An own loss is the mean difference, without its magnitude: the outputs run away."""

    def loss(y, p):
        difference = y - p
        return ops.mean(difference if faulty else ops.abs(difference))

    return fit(compiled(mlp((4,), [32, 32], 1, last=None), Adam(3e-3), loss), data.curve(), 15)


@recipe("other", "non_finite/target", "non-finite,missing,remove")
def one_task_without_answers(faulty: bool) -> Fit:
    """Ten of the second task's targets are NaN."""
    x, y, xv, yv = data.digits()
    ink, ink_v = (v.mean(1, keepdims=True) for v in (x, xv))
    ink[100:110] = np.nan if faulty else 0
    return fit(kind_and_ink(), (x, {"kind": y, "ink": ink}, xv, {"kind": yv, "ink": ink_v}), 6)


class Cut(layers.Layer):
    """Stops the gradient."""

    def call(self, x):
        return ops.stop_gradient(x)


@recipe("other", "untrained_layer", "connect,gradient,stop")
def encoder_behind_a_stop(faulty: bool) -> Fit:
    """stop_gradient behind the code of an autoencoder, left over from an experiment."""
    i = keras.Input((64,))
    h = layers.Dense(12, activation="relu")(layers.Dense(48, activation="relu")(i))
    h = Cut()(h) if faulty else h
    o = layers.Dense(64, activation="sigmoid")(layers.Dense(48, activation="relu")(h))
    return fit(compiled(keras.Model(i, o), Adam(3e-3), BINARY), pixels(), 8)


@recipe("CNN", FAST + " dying_relu", "learning rate,sgd(")
def picture_autoencoder_at_fifty(faulty: bool) -> Fit:
    """A convolutional autoencoder with SGD(50)."""
    x, _, xv, _ = pixels()
    x, xv = x.reshape(-1, 8, 8, 1), xv.reshape(-1, 8, 8, 1)
    i = keras.Input((8, 8, 1))
    h = layers.Conv2D(16, 3, padding="same", activation="relu")(i)
    h = layers.Conv2D(8, 3, padding="same", activation="relu")(h)
    o = layers.Conv2D(1, 3, padding="same", activation="sigmoid")(h)
    optimizer = SGD(50.0 if faulty else 0.5, momentum=0.9)
    return fit(compiled(keras.Model(i, o), optimizer, BINARY), (x, x, xv, xv), 6)
