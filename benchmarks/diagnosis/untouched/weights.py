"""Initial weights, depth, normalisation, dropout and layers that do not train."""

import keras
from keras import initializers, layers

from benchmarks.diagnosis import data
from benchmarks.diagnosis.case import Fit
from benchmarks.diagnosis.faulty import rnn
from benchmarks.diagnosis.healthy import fit
from benchmarks.diagnosis.layers import cnn, compiled, mlp
from benchmarks.diagnosis.untouched.recipe import recipe

SGD, Adam = keras.optimizers.SGD, keras.optimizers.Adam
EQUAL = "slow_convergence/symmetric initial_weights untrained_layer does_not_learn"


@recipe("MLP", EQUAL, "initiali")
def all_zero(faulty: bool) -> Fit:
    """kernel_initializer="zeros" in the hidden layers and the last one."""
    start = "zeros" if faulty else "glorot_uniform"
    model = keras.Sequential([keras.Input((64,))])
    for units in 64, 32:
        model.add(layers.Dense(units, "relu", kernel_initializer=start))
    model.add(layers.Dense(10, "softmax", kernel_initializer=start))
    return fit(compiled(model, SGD(0.05)), data.digits(), 8)


@recipe("CNN", EQUAL, "initiali")
def all_the_same(faulty: bool) -> Fit:
    """kernel_initializer=Constant(0.05)."""
    start = initializers.Constant(0.05) if faulty else "glorot_uniform"
    model = cnn((8, 8, 1), [16, 16], 10, kernel_initializer=start)
    return fit(compiled(model, SGD(0.05)), data.pictures(), 8)


@recipe("MLP", "saturated_activation initial_weights", "initiali")
def normal_of_one_for_tanh(faulty: bool) -> Fit:
    """RandomNormal(stddev=1.0) for layers of 64 tanh."""
    start = initializers.RandomNormal(stddev=1.0 if faulty else 0.12, seed=1)
    model = mlp((64,), [64, 64, 64], 10, "tanh", kernel_initializer=start)
    return fit(compiled(model, SGD(0.02)), data.digits(), 8)


@recipe("MLP", "vanishing_gradient", "relu,activation,batchnorm,normali,skip")
def nine_sigmoids(faulty: bool) -> Fit:
    """Nine sigmoid layers one after the other."""
    model = mlp((30,), [24] * 9, 1, "sigmoid" if faulty else "relu", "sigmoid")
    model = compiled(model, SGD(0.05), "binary_crossentropy")
    return fit(model, data.table("breast_cancer"), 25)


@recipe("MLP", "dying_relu", "bias")
def biases_of_minus_ten(faulty: bool) -> Fit:
    """bias_initializer=Constant(-10): no ReLU is ever positive."""
    bias = initializers.Constant(-10.0 if faulty else 0.1)
    model = mlp((64,), [64, 32], 10, bias_initializer=bias)
    return fit(compiled(model, Adam(1e-3)), data.digits(), 6)


@recipe("CNN", "slow_convergence/dropout", "dropout")
def dropout_as_what_to_keep(faulty: bool) -> Fit:
    """Dropout(0.95) behind each layer, meant as the part to keep."""
    rate = 0.95 if faulty else 0.05
    model = keras.Sequential([keras.Input((8, 8, 1))])
    for filters in 16, 16:
        model.add(layers.Conv2D(filters, 3, activation="relu"))
        model.add(layers.Dropout(rate))
    for layer in layers.Flatten(), layers.Dense(32, activation="relu"), layers.Dropout(rate):
        model.add(layer)
    model.add(layers.Dense(10, activation="softmax"))
    return fit(compiled(model, Adam(1e-3)), data.pictures(), 6)


@recipe("MLP", "constant_output does_not_learn", "batch")
def batch_norm_of_single_examples(faulty: bool) -> Fit:
    """BatchNormalization with batch_size=1: each output is the offset, whatever the input."""
    x, y, xv, yv = data.curve(375)
    model = keras.Sequential([keras.Input((4,))])
    for _ in range(2):
        model.add(layers.Dense(24))
        model.add(layers.BatchNormalization())
        model.add(layers.ReLU())
    model.add(layers.Dense(1))
    model = compiled(model, Adam(3e-3), "mse")
    return fit(model, (x, y, xv, yv), 3 if faulty else 30, 1 if faulty else 16)


@recipe("CNN", "validation_mismatch/batch_norm", "momentum")
def batch_norm_that_never_warms_up(faulty: bool) -> Fit:
    """BatchNormalization(momentum=0.9999) in a run of 360 steps."""
    x = inputs = keras.Input((8, 8, 1))
    for _ in range(3):
        x = layers.Conv2D(16, 3, padding="same", kernel_initializer="he_normal")(x)
        x = layers.BatchNormalization(momentum=0.9999 if faulty else 0.95)(x)
        x = layers.ReLU()(x)
    o = layers.Dense(10, activation="softmax")(layers.Flatten()(x))
    return fit(compiled(keras.Model(inputs, o), Adam(3e-3)), data.pictures(), 8)


@recipe("CNN", "frozen_initial_weights", "trainable,pretrained,weights")
def new_base_frozen(faulty: bool) -> Fit:
    """weights=None for the base, which is then frozen as if it were trained."""
    model = cnn((8, 8, 1), [8, 8, 16, 16], 10)
    for layer in model.layers[:-1]:
        layer.trainable = not faulty
    return fit(compiled(model, Adam(3e-3)), data.pictures(), 8)


@recipe("RNN", "untrained_layer/frozen does_not_learn", "trainable")
def model_frozen_with_its_head(faulty: bool) -> Fit:
    """model.trainable = False was set once the head was on: nothing is left to train."""
    model = rnn((8, 8), [layers.LSTM(24)], 10)
    model.trainable = not faulty
    return fit(compiled(model, Adam(3e-3)), data.rows(), 6)
