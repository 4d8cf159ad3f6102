"""A third set: data and losses, written before the rules were read again."""

import keras
import numpy as np
from keras import layers, ops

from benchmarks.diagnosis import data
from benchmarks.diagnosis.case import Fit
from benchmarks.diagnosis.faulty import rnn
from benchmarks.diagnosis.healthy import fit
from benchmarks.diagnosis.layers import cnn, compiled, kind_and_ink, mlp, transformer
from benchmarks.diagnosis.untouched.recipe import recipe

SGD, Adam = keras.optimizers.SGD, keras.optimizers.Adam
BINARY = "binary_crossentropy"


def phrases(faulty_padding: int) -> tuple[np.ndarray, ...]:
    """Ten words each, and zeros behind them."""
    x, y, xv, yv = data.tokens(1000, 10)
    return (
        np.pad(x, ((0, 0), (0, faulty_padding))),
        y,
        np.pad(xv, ((0, 0), (0, faulty_padding))),
        yv,
    )


@recipe("RNN", "does_not_learn/padding constant_output/padding", "mask")
def padding_behind_the_words(faulty: bool) -> Fit:
    """Ten words and 150 zeros behind them, without mask_zero: the LSTM has forgotten the words."""
    cells = [layers.Embedding(60, 12, mask_zero=not faulty), layers.LSTM(16)]
    model = compiled(rnn((160,), cells, 2), Adam(2e-3))
    return fit(model, phrases(150), 5, 64)


def scenes(samples: int = 500) -> tuple[np.ndarray, ...]:
    """Noise with a bright square, and its mask: x and y float32[n, 16, 16, 1]."""
    rng = np.random.default_rng(0)
    x = 0.3 * rng.normal(size=(samples, 16, 16, 1)).astype("float32")
    y = np.zeros_like(x)
    for i, (row, column) in enumerate(rng.integers(0, 11, (samples, 2))):
        y[i, row : row + 5, column : column + 5] = 1
    x += y
    cut = int(samples * 0.8)
    return x[:cut], y[:cut], x[cut:], y[cut:]


def segmenter(last="sigmoid") -> keras.Model:
    """A small U-Net."""
    i = keras.Input((16, 16, 1))
    a = layers.Conv2D(8, 3, padding="same", activation="relu")(i)
    b = layers.Conv2D(16, 3, padding="same", activation="relu")(layers.MaxPooling2D()(a))
    c = layers.Concatenate()([a, layers.UpSampling2D()(b)])
    c = layers.Conv2D(8, 3, padding="same", activation="relu")(c)
    return keras.Model(i, layers.Conv2D(1, 1, activation=last)(c))


@recipe("CNN", "output_mismatch/target_range", "255,scale,target,mask")
def masks_of_255(faulty: bool) -> Fit:
    """The masks of a segmentation were read from PNG files: they are 0 and 255."""
    x, y, xv, yv = scenes()
    factor = 255 if faulty else 1
    model = compiled(segmenter(), Adam(2e-3), BINARY)
    return fit(model, (x, factor * y, xv, factor * yv), 8)


@recipe("CNN", "one_class constant_output does_not_learn", "weight,dice,focal,rare,balance")
def one_pixel_in_a_hundred(faulty: bool) -> Fit:
    """Two pixels of 256 belong to the object, faint ones: all is called background."""
    x, y, xv, yv = scenes(400)
    if faulty:
        rng = np.random.default_rng(2)

        def faint(x, y):
            dots = np.zeros_like(y)
            for i, (row, column) in enumerate(rng.integers(0, 15, (len(y), 2))):
                dots[i, row, column : column + 2] = 1
            return x - y + 0.5 * dots, dots

        (x, y), (xv, yv) = faint(x, y), faint(xv, yv)
    return fit(compiled(segmenter(), Adam(2e-3), BINARY), (x, y, xv, yv), 16)


@recipe("RNN", "tokens_out_of_range repeating_data", "integer,token,whole,vocabular")
def tokens_divided_by_the_vocabulary(faulty: bool) -> Fit:
    """Tokens were scaled to 0..1 like pixels, and the embedding cuts off what follows the point."""
    x, y, xv, yv = data.tokens()
    x, xv = (v.astype("float32") / (60 if faulty else 1) for v in (x, xv))
    cells = [layers.Embedding(60, 16), layers.GRU(16)]
    return fit(compiled(rnn((16,), cells, 2), Adam(3e-3)), (x, y, xv, yv), 6)


@recipe("MLP", "suspicious_examples input_outlier/target", "target,example,outlier,clip")
def one_target_in_cents(faulty: bool) -> Fit:
    """One of 640 targets is in cents: 3,000 times as large as the others."""
    x, y, xv, yv = data.curve()
    y = y.copy()
    y[77] = 3000 if faulty else 0.5
    model = compiled(mlp((4,), [32, 32], 1, last=None), Adam(3e-3), "mse")
    return fit(model, (x, y, xv, yv), 15)


@recipe("MLP", "output_mismatch", "sigmoid")
def tanh_with_binary_crossentropy(faulty: bool) -> Fit:
    """A tanh on the output, whose negative half the binary cross-entropy cuts off."""
    model = mlp((30,), [16, 16], 1, last="tanh" if faulty else "sigmoid")
    return fit(compiled(model, Adam(2e-3), BINARY), data.table("breast_cancer"), 12)


@recipe("CNN", "output_mismatch", "tanh,linear,activation,sigmoid,crossentropy")
def sigmoid_with_hinge(faulty: bool) -> Fit:
    """The hinge loss wants outputs of -1 and 1, and a sigmoid gives 0 to 1."""
    x, y, xv, yv = data.pictures()
    y, yv = (2.0 * (v[:, None] % 2) - 1 for v in (y, yv))
    model = cnn((8, 8, 1), [8, 8], 1, last="sigmoid" if faulty else "tanh")
    return fit(compiled(model, Adam(2e-3), "hinge"), (x, y, xv, yv), 8)


@recipe("MLP", "output_mismatch non_finite/loss", "softplus,exp,positive,activation")
def poisson_of_a_linear_output(faulty: bool) -> Fit:
    """Counts with the Poisson loss, which takes the logarithm of an output without activation."""
    x, y, xv, yv = data.curve()
    rng = np.random.default_rng(3)
    y, yv = (rng.poisson(np.exp(0.7 * v)).astype("float32") for v in (y, yv))
    last = None if faulty else "exponential"
    model = compiled(mlp((4,), [32, 32], 1, last=last), Adam(2e-3), "poisson")
    return fit(model, (x, y, xv, yv), 12)


@recipe("RNN", "output_mismatch does_not_learn", "percentage,zero,mae,mse,loss")
def percentage_error_of_zeros(faulty: bool) -> Fit:
    """mean_absolute_percentage_error, and some of the targets are zero."""
    x, y, xv, yv = data.sine(900)
    y, yv = (np.where(v < 0, 0, v) if faulty else v + 3 for v in (y, yv))
    model = rnn((24, 1), [layers.LSTM(16)], 1, last=None)
    loss = "mean_absolute_percentage_error"
    return fit(compiled(model, Adam(3e-3), loss), (x, y, xv, yv), 8)


@recipe("MLP", "unnormalised_input", "adapt")
def normalization_that_was_not_adapted(faulty: bool) -> Fit:
    """A Normalization layer in front, and adapt() was never called: it changes nothing."""
    x, y, xv, yv = data.table("wine", scaled=False)
    norm = layers.Normalization()
    norm.build(x.shape) if faulty else norm.adapt(x)
    hidden = [layers.Dense(n, activation="relu") for n in (32, 16)]
    model = keras.Sequential([keras.Input((13,)), norm, *hidden, layers.Dense(3, "softmax")])
    return fit(compiled(model, Adam(1e-3)), (x, y, xv, yv), 40, 16)


@recipe("CNN", "unnormalised_input/large", "rescal,1 / 255,1/255,normali,scale")
def rescaled_the_wrong_way(faulty: bool) -> Fit:
    """Rescaling(255) where Rescaling(1 / 255) was meant."""
    x, y, xv, yv = (v.reshape(-1, 8, 8, 1) if v.ndim > 1 else v for v in data.raw_bytes())
    body = cnn((8, 8, 1), [8, 16], 10)
    model = keras.Sequential(
        [keras.Input((8, 8, 1)), layers.Rescaling(255.0 if faulty else 1 / 255), body]
    )
    return fit(compiled(model, Adam(2e-3)), (x, y, xv, yv), 8)


@recipe("MLP", "exploding_gradient non_finite", "sum,reduction,learning rate,sgd(")
def loss_that_sums_the_batch(faulty: bool) -> Fit:
    """reduction="sum": each gradient is 128 times as large as with the mean."""
    reduction = "sum" if faulty else "sum_over_batch_size"
    loss = keras.losses.MeanSquaredError(reduction=reduction)
    model = compiled(mlp((4,), [32, 32], 1, "tanh", None), SGD(0.05), loss)
    return fit(model, data.curve(1600), 12, 128)


@recipe("other", "repeating_data/constant_targets", "target")
def second_head_of_zeros(faulty: bool) -> Fit:
    """The targets of one output were between 0 and 1 and were cast to integers: all are 0."""
    x, y, xv, yv = data.digits()
    ink, ink_v = ((v[:, :32].mean(1, keepdims=True) + 1) / 3 for v in (x, xv))
    if faulty:
        ink, ink_v = (v.clip(0, 0.99).astype("int32") for v in (ink, ink_v))
    return fit(kind_and_ink(), (x, {"kind": y, "ink": ink}, xv, {"kind": yv, "ink": ink_v}), 10)


@recipe("Transformer", "overfitting", "data,example")
def two_batches_left_over(faulty: bool) -> Fit:
    """dataset.take(2), left over from a first try: the model has 64 examples."""
    x, y, xv, yv = data.tokens()
    if faulty:
        x, y = x[:64], y[:64]
    model = compiled(transformer(16, 60, 16, 1, 2, rate=0.0), Adam(2e-3))
    return fit(model, (x, y, xv, yv), 60 if faulty else 5)


class Ratings(keras.Model):
    """The product of a user's and an item's factors."""

    def __init__(self, start):
        super().__init__()
        self.users = layers.Embedding(40, 6, embeddings_initializer=start)
        self.items = layers.Embedding(50, 6, embeddings_initializer=start)

    def call(self, pair):
        product = self.users(pair[:, 0]) * self.items(pair[:, 1])
        return ops.sum(product, -1, keepdims=True)


@recipe("other", "slow_convergence/symmetric untrained_layer/zero_gradient", "initiali,random")
def factors_of_zero(faulty: bool) -> Fit:
    """A recommender whose user and item embeddings begin at zero: neither has a gradient."""
    rng = np.random.default_rng(0)
    users, items = rng.normal(size=(40, 3)), rng.normal(size=(50, 3))
    pair = np.stack([rng.integers(0, 40, 1500), rng.integers(0, 50, 1500)], 1).astype("int32")
    y = np.sum(users[pair[:, 0]] * items[pair[:, 1]], -1, keepdims=True).astype("float32")
    start = "zeros" if faulty else keras.initializers.RandomNormal(stddev=0.3, seed=1)
    model = compiled(Ratings(start), Adam(0.02), "mse")
    return fit(model, (pair[:1200], y[:1200], pair[1200:], y[1200:]), 12)
