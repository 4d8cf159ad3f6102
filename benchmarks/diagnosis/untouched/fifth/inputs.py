"""The fifth set: data, labels, validation and outputs. Written before the rules were read again."""

import keras
import numpy as np
from keras import layers, ops

from benchmarks.diagnosis import data
from benchmarks.diagnosis.case import Fit
from benchmarks.diagnosis.healthy import fit
from benchmarks.diagnosis.layers import cnn, compiled, mlp, residual, transformer
from benchmarks.diagnosis.untouched.recipe import recipe

optimizers = keras.optimizers
BINARY = "binary_crossentropy"


def in_a_row(*stack, shape=(24, 1)) -> keras.Model:
    """Layers one after the other."""
    return keras.Sequential([keras.Input(shape), *stack])


def convolutions(*head) -> keras.Model:
    """Two convolutions over time, and a head."""
    body = [layers.Conv1D(12, 5, activation="elu", strides=2) for _ in range(2)]
    return in_a_row(*body, layers.GlobalAveragePooling1D(), *head)


@recipe("other", "loose_labels", "label,belong,order,shuffl,pair")
def second_input_shuffled(faulty: bool) -> Fit:
    """Of a model with two inputs, the second one was shuffled apart from the first."""
    rng = np.random.default_rng(4)
    a, b = (rng.normal(size=(1500, 8)).astype("float32") for _ in range(2))
    y = (np.sum(a[:, :4] * b[:, :4], 1) > 0).astype("float32")
    if faulty:
        b[:1200] = b[rng.permutation(1200)]
    i, j = keras.Input((8,), name="a"), keras.Input((8,), name="b")
    h = layers.Multiply()([layers.Dense(24)(i), layers.Dense(24)(j)])
    h = layers.Dense(16, activation="relu")(h)
    model = keras.Model({"a": i, "b": j}, layers.Dense(1, activation="sigmoid")(h))
    parts = [{"a": a[s], "b": b[s]} for s in (slice(1200), slice(1200, None))]
    source = (parts[0], y[:1200], parts[1], y[1200:])
    return fit(compiled(model, optimizers.Nadam(3e-3), BINARY), source, 20)


@recipe("MLP", "loose_labels does_not_learn", "label,belong,order,reshape,row")
def reshaped_in_place_of_transposed(faulty: bool) -> Fit:
    """A table of columns was reshaped in place of transposed: rows hold values of many examples."""
    x, y, xv, yv = data.table("breast_cancer")
    if faulty:
        x, xv = (np.ascontiguousarray(v.T).reshape(v.shape) for v in (x, xv))
    model = compiled(mlp((30,), [24, 12], 1, "gelu", "sigmoid"), optimizers.Adamax(5e-3), BINARY)
    return fit(model, (x, y, xv, yv), 20, 16)


@recipe("Transformer", "repeating_data", "generator,batch,iter")
def next_of_a_new_iterator(faulty: bool) -> Fit:
    """A generator yields next(iter(data)), which is the first batch each time."""
    x, y, _, _ = data.tokens()

    def batches():
        while True:
            for start in range(0, len(x) - 31, 32):
                start = 0 if faulty else start
                yield x[start : start + 32], y[start : start + 32]

    model = compiled(transformer(16, 60, 16, 1, 2, rate=0.0), optimizers.AdamW(1e-3))
    return Fit(model, batches(), None, {"steps_per_epoch": 25, "epochs": 8})


@recipe("CNN", "repeating_data unnormalised_input", "zero,integer,cast,same,constant,dtype,/ 255")
def pictures_cast_to_integers(faulty: bool) -> Fit:
    """Pictures were divided by 256 and then cast to integers: all pixels are 0."""
    x, y, xv, yv = data.raw_bytes()
    x, xv = (v.reshape(-1, 8, 8, 1) / 256 for v in (x, xv))
    if faulty:
        x, xv = (v.astype("uint8") for v in (x, xv))
    model = cnn((8, 8, 1), [8, 16], 10, "swish")
    return fit(compiled(model, optimizers.RMSprop(2e-3)), (x, y, xv, yv), 8)


@recipe("residual", "input_outlier", "outlier,clip,example,remove,value")
def a_sensor_that_failed_once(faulty: bool) -> Fit:
    """One of 640 examples holds 32,767, the number of a sensor that failed."""
    x, y, xv, yv = data.curve()
    x = x.copy()
    x[301, 2] = 32767 if faulty else 0.3
    i = keras.Input((4,))
    h = layers.Dense(24)(i)
    for _ in range(2):
        h = layers.Add()([h, layers.Dense(24)(layers.Dense(24, activation="elu")(h))])
    model = keras.Model(i, layers.Dense(1)(h))
    return fit(compiled(model, optimizers.Adam(1e-3), "mse"), (x, y, xv, yv), 12)


@recipe("other", "ignored_output", "loss_weights,weight,scale,unit,standard")
def second_head_in_thousandths(faulty: bool) -> Fit:
    """Of two forecasts one is counted in thousandths: its error is nothing beside the other."""
    x, y, xv, yv = data.sine(900)
    other, other_v = (np.abs(v).mean(1) * (1e-3 if faulty else 1.0) for v in (x, xv))
    i = keras.Input((24, 1))
    h = layers.GRU(16)(i)
    near = layers.Dense(1, name="near")(h)
    mean = layers.Dense(1, name="mean")(layers.Dense(8, activation="tanh")(h))
    model = keras.Model(i, {"near": near, "mean": mean})
    model.compile(optimizers.SGD(0.1, momentum=0.8), {"near": "mse", "mean": "mse"})
    found = {"near": y, "mean": other}
    return fit(model, (x, found, xv, {"near": yv, "mean": other_v}), 10)


@recipe("other", "output_mismatch/target_range", "linear,scale,target,activation")
def tanh_for_minus_five_to_five(faulty: bool) -> Fit:
    """Targets from -5 to 5, a tanh on the output, and an own loss."""
    x, y, xv, yv = data.sine(900)
    y, yv = 5 * y, 5 * yv
    model = convolutions(layers.Dense(1, activation="tanh" if faulty else None))

    def charbonnier(y, p):
        return ops.mean(ops.sqrt(ops.square(y - p) + 1e-3), -1)

    return fit(compiled(model, optimizers.Adam(5e-3), charbonnier), (x, y, xv, yv), 10)


@recipe("RNN", "tokens_out_of_range", "token,input_dim,-1,padding,negative")
def padded_with_minus_one(faulty: bool) -> Fit:
    """Sentences are padded with -1, for which an Embedding has no vector."""
    x, y, xv, yv = data.tokens(1000, 12)
    fill = -1 if faulty else 0
    x, xv = (np.pad(v, ((0, 0), (0, 4)), constant_values=fill) for v in (x, xv))
    model = in_a_row(
        layers.Embedding(60, 12), layers.LSTM(12), layers.Dense(2, "softmax"), shape=(16,)
    )
    return fit(compiled(model, optimizers.Adam(4e-3)), (x, y, xv, yv), 6)


@recipe("RNN", "one_class constant_output does_not_learn", "weight,rare,balance,threshold,sampl")
def one_fraud_in_seventy(faulty: bool) -> Fit:
    """One account in 70 is a fraud, and hard to tell: the GRU calls none one."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(2100, 10, 3)).astype("float32")
    y = np.zeros(2100, "float32")
    y[:: 70 if faulty else 2] = 1
    x[y > 0, :, 0] += 0.35
    order = rng.permutation(2100)
    x, y = x[order], y[order]
    model = in_a_row(layers.GRU(8), layers.Dense(1, "sigmoid"), shape=(10, 3))
    model = compiled(model, optimizers.Adam(2e-3), BINARY, metrics=["accuracy"])
    return fit(model, (x[:1700], y[:1700], x[1700:], y[1700:]), 6)


@recipe("RNN", "non_finite_validation", "validation")
def gap_in_the_validation_series(faulty: bool) -> Fit:
    """One validation series has a gap, NaN; the training data has none."""
    x, y, xv, yv = data.sine(900)
    xv = xv.copy()
    xv[60, 3] = np.nan if faulty else 0
    model = in_a_row(layers.LSTM(12), layers.Dense(1))
    return fit(compiled(model, optimizers.RMSprop(3e-3), "mae"), (x, y, xv, yv), 8)


@recipe("MLP", "validation_mismatch", "validation,prepared,column,preprocess")
def validation_columns_in_another_order(faulty: bool) -> Fit:
    """The validation file has its columns in another order."""
    x, y, xv, yv = data.table("wine")
    if faulty:
        xv = xv[:, ::-1]
    model = compiled(mlp((13,), [16], 3, "tanh"), optimizers.SGD(0.05, momentum=0.9, nesterov=True))
    return fit(model, (x, y, xv, yv), 25, 16)


@recipe("CNN", "output_mismatch/logits_as_probabilities", "from_logits,softmax")
def segmentation_without_softmax(faulty: bool) -> Fit:
    """Three classes for each pixel, and the last layer has no softmax; the loss is not told."""
    rng = np.random.default_rng(6)
    x = rng.normal(size=(400, 8, 8, 3)).astype("float32")
    y = (x[..., 0] > 0.4).astype("int32") + (x[..., 1] > 0.4)
    y = y.reshape(400, 64)
    last = [layers.Reshape((64, 12)), layers.Dense(3, activation=None if faulty else "softmax")]
    body = [layers.Conv2D(12, 3, padding="same", activation="relu") for _ in range(2)]
    model = in_a_row(*body, *last, shape=(8, 8, 3))
    return fit(compiled(model, optimizers.Adam(3e-3)), (x[:320], y[:320], x[320:], y[320:]), 12)


@recipe("residual", "overfitting", "data,dropout,regulari,early")
def forty_examples_for_a_residual_network(faulty: bool) -> Fit:
    """Forty examples with noisy labels, and 120 epochs."""
    x, y, xv, yv = data.digits()
    rng = np.random.default_rng(7)
    count = 40 if faulty else len(y)
    noise = x[:count] + rng.normal(size=(count, 64)).astype("float32")
    model = compiled(residual((64,), 24, 2, 10), optimizers.Adamax(3e-3))
    return fit(model, (noise, y[:count], xv, yv), 120 if faulty else 5, 16)
