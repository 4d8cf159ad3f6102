"""Learning rates, schedules and settings of optimizers."""

import keras
import numpy as np
from keras import layers

from benchmarks.diagnosis import data
from benchmarks.diagnosis.case import Fit
from benchmarks.diagnosis.faulty import rnn
from benchmarks.diagnosis.healthy import fit
from benchmarks.diagnosis.layers import cnn, compiled, mlp, transformer
from benchmarks.diagnosis.untouched.recipe import recipe

SGD, Adam = keras.optimizers.SGD, keras.optimizers.Adam
schedules = keras.optimizers.schedules
SLOW = "slow_convergence does_not_learn"
FAST = "exploding_gradient oscillating_loss does_not_learn"


@recipe("CNN", FAST, "learning_rate,learning rate,adam(")
def adam_of_a_half(faulty: bool) -> Fit:
    """Adam(0.5)."""
    return fit(compiled(cnn((8, 8, 1), [16, 16], 10), Adam(0.5 if faulty else 2e-3)), pics(), 8)


def pics():
    """The digits as images."""
    return data.pictures()


@recipe("MLP", SLOW, "learning_rate,learning rate,sgd(")
def sgd_of_a_millionth(faulty: bool) -> Fit:
    """SGD(1e-6)."""
    model = compiled(mlp((4,), [32, 32], 1, last=None), SGD(1e-6 if faulty else 0.05), "mse")
    return fit(model, data.curve(), 20)


@recipe("MLP", SLOW, "schedule,decay")
def decay_by_the_step(faulty: bool) -> Fit:
    """ExponentialDecay with decay_steps=1: the rate is gone within the first epoch."""
    rate = schedules.ExponentialDecay(0.02, 1 if faulty else 45, 0.9)
    return fit(compiled(mlp((64,), [64, 32], 10), SGD(rate)), data.digits(), 12)


@recipe("CNN", SLOW + " untrained_layer", "schedule,callback,decay,learning rate")
def callback_that_divides_each_epoch(faulty: bool) -> Fit:
    """A LearningRateScheduler returns lr * 0.05, and starts from its own result each time."""
    found = fit(compiled(cnn((8, 8, 1), [8, 8], 10), SGD(0.01)), pics(), 12)
    factor = 0.05 if faulty else 0.97
    change = keras.callbacks.LearningRateScheduler(lambda epoch, rate: float(rate * factor))
    found.options["callbacks"] = [change]
    return found


@recipe("MLP", FAST, "momentum")
def momentum_of_0_999(faulty: bool) -> Fit:
    """SGD with momentum=0.999: each step goes on for a thousand others."""
    optimizer = SGD(0.05, momentum=0.999 if faulty else 0.9)
    return fit(compiled(mlp((4,), [32, 32], 1, last=None), optimizer, "mse"), data.curve(), 20)


@recipe("RNN", SLOW, "epsilon")
def epsilon_of_ten(faulty: bool) -> Fit:
    """Adam with epsilon=10, which divides each step by it."""
    optimizer = Adam(1e-3, epsilon=10.0 if faulty else 1e-7)
    return fit(compiled(rnn((8, 8), [layers.GRU(32)], 10), optimizer), data.rows(), 8)


@recipe("MLP", SLOW, "clip")
def clipped_to_nothing(faulty: bool) -> Fit:
    """SGD with clipnorm=1e-4, so that no step moves the weights."""
    optimizer = SGD(0.05, clipnorm=1e-4 if faulty else 1.0)
    return fit(compiled(mlp((64,), [64, 32], 10), optimizer), data.digits(), 10)


@recipe("CNN", "rate_change/raised", "schedule,rate")
def schedule_with_a_missing_zero(faulty: bool) -> Fit:
    """PiecewiseConstantDecay to 5.0, where 0.005 was meant."""
    rate = schedules.PiecewiseConstantDecay([150], [0.05, 5.0 if faulty else 0.005])
    return fit(compiled(cnn((8, 8, 1), [16, 16], 10), SGD(rate)), pics(), 8)


@recipe("Transformer", FAST, "learning_rate,learning rate,adam(,warm")
def transformer_without_warm_up(faulty: bool) -> Fit:
    """A Transformer with Adam(0.1) from the first step on."""
    model = transformer(16, 60, 16, 2, 1, last="sigmoid")
    model = compiled(model, Adam(0.1 if faulty else 2e-3), "binary_crossentropy")
    return fit(model, data.tokens(), 8)


@recipe("MLP", "untrained_layer", "accumul")
def accumulates_forever(faulty: bool) -> Fit:
    """gradient_accumulation_steps is larger than the number of steps: no update is ever made."""
    optimizer = Adam(2e-3, gradient_accumulation_steps=1000 if faulty else 2)
    return fit(compiled(mlp((64,), [64], 10), optimizer), data.digits(), 8)


@recipe("CNN", "weight_decay/regularizer", "regulari,l2,penalty")
def penalty_of_one_half(faulty: bool) -> Fit:
    """Each kernel has L2(0.5), which outweighs the loss."""
    penalty = keras.regularizers.L2(0.5 if faulty else 1e-4)
    model = cnn((8, 8, 1), [16, 16], 10, kernel_regularizer=penalty)
    return fit(compiled(model, Adam(1e-3)), pics(), 8)


@recipe("MLP", "weight_decay/optimizer", "decay")
def adamw_with_a_decay_of_ten(faulty: bool) -> Fit:
    """AdamW(0.005, weight_decay=10)."""
    optimizer = keras.optimizers.AdamW(5e-3, weight_decay=10.0 if faulty else 0.01)
    return fit(compiled(mlp((64,), [64, 32], 10), optimizer), data.digits(), 8)


@recipe("RNN", "exploding_gradient non_finite", "clip,rate,init")
def recurrent_growth(faulty: bool) -> Fit:
    """A SimpleRNN with ReLU over 60 steps, whose recurrent weights multiply by 1.3 at each of them."""
    gain = 1.3 if faulty else 0.9
    start = keras.initializers.Orthogonal(gain=gain, seed=2)
    cell = layers.SimpleRNN(24, activation="relu", recurrent_initializer=start)
    model = compiled(rnn((60, 1), [cell], 1, last=None), SGD(0.01), "mse")
    return fit(model, data.sine(900, 60), 6)


@recipe("MLP", "does_not_learn one_class output_mismatch oscillating_loss", "class_weight")
def class_weight_of_a_thousand(faulty: bool) -> Fit:
    """class_weight={0: 1, 1: 1000} for classes of equal size: all is called positive."""
    x, y, xv, yv = data.tokens()
    x, xv = (np.stack([(v < 30).mean(1), (v % 7).mean(1)], 1).astype("float32") for v in (x, xv))
    model = compiled(mlp((2,), [16], 1, last="sigmoid"), Adam(1e-2), "binary_crossentropy")
    weights = {0: 1.0, 1: 1000.0 if faulty else 1.0}
    return fit(model, (x * 4 - 2, y, xv * 4 - 2, yv), 12, class_weight=weights)


@recipe("MLP", "untrained_layer does_not_learn", "sample_weight,sample weight")
def all_sample_weights_zero(faulty: bool) -> Fit:
    """The sample weights were cast to integers: all are 0."""
    x, y, xv, yv = data.curve()
    weights = np.random.default_rng(0).uniform(0.2, 0.9, len(x))
    weights = weights.astype("int32" if faulty else "float32").astype("float32")
    model = compiled(mlp((4,), [32, 16], 1, last=None), Adam(3e-3), "mse")
    return fit(model, (x, y, xv, yv), 15, sample_weight=weights)
