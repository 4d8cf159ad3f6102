"""Small models of every kind, compiled; and the data they train on."""

import keras
import numpy as np
from keras import layers, ops

BACKEND = keras.backend.backend()
SAMPLES, BATCH, FEATURES, CLASSES, STEPS, WORDS = 24, 8, 6, 3, 5, 11
# Adam's epsilon hides nothing: updates depend on every gradient from the first step.


def random(seed=0):
    return np.random.default_rng(seed)


def vectors(features=FEATURES, samples=SAMPLES, seed=0):
    return random(seed).normal(size=(samples, features)).astype("float32")


def labels(samples=SAMPLES, seed=1):
    return random(seed).integers(CLASSES, size=samples).astype("int32")


def images(samples=SAMPLES, seed=0):
    return random(seed).normal(size=(samples, 8, 8, 2)).astype("float32")


def sequences(samples=SAMPLES, seed=0):
    return random(seed).normal(size=(samples, STEPS, FEATURES)).astype("float32")


def tokens(samples=SAMPLES, seed=0):
    return random(seed).integers(WORDS, size=(samples, STEPS)).astype("int32")


def compiled(model, optimizer="adam", loss="sparse_categorical_crossentropy", **options):
    model.compile(optimizer, loss, **options)
    return model


def classifier(*body, shape=(FEATURES,), **options):
    """A Sequential with a softmax head."""
    stack = [keras.Input(shape), *body, layers.Dense(CLASSES, activation="softmax", name="head")]
    return compiled(keras.Sequential(stack), **options)


def mlp(**options):
    return classifier(
        layers.Dense(7, activation="relu", name="first"),
        layers.Dense(5, activation="tanh", name="second"),
        **options,
    )


def unbuilt():
    stack = [layers.Dense(7, activation="relu"), layers.Dense(CLASSES, activation="softmax")]
    return compiled(keras.Sequential(stack), metrics=["accuracy"])


def two_in_two_out():
    left, right = keras.Input((FEATURES,), name="left"), keras.Input((4,), name="right")
    joined = layers.Concatenate()([layers.Dense(4, activation="relu")(left), right])
    named = layers.Dense(CLASSES, activation="softmax", name="kind")(joined)
    value = layers.Dense(1, name="value")(joined)
    model = keras.Model([left, right], {"kind": named, "value": value})
    losses = {"kind": "sparse_categorical_crossentropy", "value": "mse"}
    return compiled(model, loss=losses, loss_weights={"kind": 1.0, "value": 0.3})


def nested():
    inner_input = keras.Input((FEATURES,))
    x = layers.Dense(5, activation="relu", name="a")(inner_input)
    inner = keras.Model(inner_input, layers.Dense(4, name="b")(x), name="inner")
    block = keras.Sequential([layers.Dense(4, activation="gelu", name="a")], name="block")
    return classifier(inner, block)


def shared():
    encoder = layers.Dense(4, activation="tanh", name="encoder")
    left, right = keras.Input((FEATURES,)), keras.Input((FEATURES,))
    joined = layers.Subtract()([encoder(left), encoder(right)])
    output = layers.Dense(CLASSES, activation="softmax")(joined)
    return compiled(keras.Model([left, right], output))


@keras.saving.register_keras_serializable("zoo")
class Subclassed(keras.Model):
    def __init__(self, **options):
        super().__init__(**options)
        self.hidden = layers.Dense(6, activation="relu")
        self.blocks = [layers.Dense(6, activation="tanh") for _ in range(2)]
        self.head = layers.Dense(CLASSES, activation="softmax")

    def call(self, x):
        x = self.hidden(x)
        for block in self.blocks:
            x = x + block(x)
        return self.head(x)


def convolutional():
    return classifier(
        layers.Conv2D(4, 3, activation="relu", name="conv"),
        layers.BatchNormalization(name="norm"),
        layers.MaxPooling2D(),
        layers.DepthwiseConv2D(2, name="depthwise"),
        layers.ReLU(max_value=6, name="relu6"),
        layers.GlobalAveragePooling2D(),
        shape=(8, 8, 2),
    )


def dropped():
    return classifier(
        layers.Dense(8, activation="relu"),
        layers.Dropout(0.4),
        layers.GaussianNoise(0.1),
        layers.Dense(6, activation="relu"),
    )


def normalised():
    return classifier(
        layers.Dense(8, use_bias=False),
        layers.BatchNormalization(momentum=0.5),
        layers.Activation("relu"),
        layers.LayerNormalization(),
    )


def regularised():
    return classifier(
        layers.Dense(8, activation="relu", kernel_regularizer="l2", activity_regularizer="l1")
    )


def constrained():
    return classifier(
        layers.Dense(8, activation="relu", kernel_constraint=keras.constraints.MaxNorm(0.7)),
        optimizer=keras.optimizers.SGD(0.5, momentum=0.9),
    )


def partly_frozen():
    body = layers.Dense(8, activation="relu", name="frozen")
    body.trainable = False
    return classifier(body, layers.BatchNormalization(), layers.Dense(5, activation="relu"))


def fully_frozen():
    model = mlp()
    model.trainable = False
    return compiled(model)


@keras.saving.register_keras_serializable("zoo")
class HalfUsed(keras.Model):
    """Builds a layer whose output the loss does not depend on."""

    def __init__(self, **options):
        super().__init__(**options)
        self.used = layers.Dense(CLASSES, activation="softmax", name="used")
        self.unused = layers.Dense(2, name="unused")

    def call(self, x):
        self.unused(x)
        return self.used(x)


def lora():
    model = mlp()
    model.get_layer("first").enable_lora(2)
    return compiled(model)


def recurrent(cell, **options):
    return lambda: classifier(cell(4, **options), shape=(STEPS, FEATURES))


def bidirectional():
    return classifier(
        layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
        layers.TimeDistributed(layers.Dense(4, activation="relu")),
        layers.GlobalMaxPooling1D(),
        shape=(STEPS, FEATURES),
    )


def stacked_cells():
    cells = layers.StackedRNNCells([layers.GRUCell(3), layers.LSTMCell(4)])
    return classifier(layers.RNN(cells), shape=(STEPS, FEATURES))


def embedded():
    return classifier(
        layers.Embedding(WORDS, 4, name="words"), layers.GlobalAveragePooling1D(), shape=(STEPS,)
    )


def masked():
    return classifier(
        layers.Embedding(WORDS, 4, mask_zero=True), layers.LSTM(3, name="lstm"), shape=(STEPS,)
    )


def attention():
    x = keras.Input((STEPS, FEATURES))
    y = layers.MultiHeadAttention(2, 3)(x, x)
    y = layers.GlobalAveragePooling1D()(y)
    return compiled(keras.Model(x, layers.Dense(CLASSES, activation="softmax")(y)))


def transformer(dropout=0.0):
    x = keras.Input((STEPS,))
    y = layers.Embedding(WORDS, 8)(x)
    for _ in range(2):
        attended = layers.MultiHeadAttention(2, 4, dropout=dropout)(y, y, use_causal_mask=True)
        y = layers.LayerNormalization()(y + attended)
        hidden = layers.Dense(8)(layers.Dense(12, activation="gelu")(y))
        y = layers.LayerNormalization()(y + layers.Dropout(dropout)(hidden))
    y = layers.Dense(CLASSES, activation="softmax")(layers.GlobalAveragePooling1D()(y))
    return compiled(keras.Model(x, y))


@keras.saving.register_keras_serializable("zoo")
class Rematerialised(keras.layers.Layer):
    """A block whose activations are computed again in the backward pass.

    Args:
        anew: Hand a new function to `keras.remat` at each call. JAX remembers what it traced by the
            function's identity, with the weights of that time: given the layer itself, plain Keras
            does not train it, and its second trace fails.
    """

    def __init__(self, anew=True, **options):
        super().__init__(**options)
        self.anew = anew
        self.inner = layers.Dense(6, activation="tanh", name="inner")

    def build(self, shape):
        self.inner.build(shape)

    def call(self, x):
        return keras.remat((lambda x: self.inner(x)) if self.anew else self.inner)(x)


def remat_block(anew=True):
    return classifier(Rematerialised(anew, name="block"))


def remat_scope():
    with keras.RematScope(mode="full"):
        return mlp()


@keras.saving.register_keras_serializable("zoo")
class Sampling(layers.Layer):
    """Draws from N(mean, exp(log_variance)) and adds the divergence from N(0, 1) to the loss."""

    def __init__(self, **options):
        super().__init__(**options)
        self.seed_generator = keras.random.SeedGenerator(5)

    def call(self, inputs):
        mean, log_variance = inputs
        divergence = 1.0 + log_variance - ops.square(mean) - ops.exp(log_variance)
        self.add_loss(-0.5 * ops.mean(divergence))
        noise = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        return mean + ops.exp(0.5 * log_variance) * noise


def variational():
    x = keras.Input((FEATURES,))
    hidden = layers.Dense(6, activation="relu")(x)
    mean, log_variance = layers.Dense(2, name="mean")(hidden), layers.Dense(2, name="var")(hidden)
    z = Sampling(name="z")([mean, log_variance])
    return compiled(keras.Model(x, layers.Dense(FEATURES, name="decoder")(z)), loss="mse")


def ragged():
    words = keras.Input((None,), ragged=True, dtype="int32")
    x = layers.Embedding(WORDS, 4)(words)
    x = layers.Lambda(lambda t: t.to_tensor(), output_shape=(None, 4))(x)
    x = layers.GlobalAveragePooling1D()(x)
    return compiled(keras.Model(words, layers.Dense(CLASSES, activation="softmax")(x)))


def ragged_tokens():
    import tensorflow as tf

    lengths = random(3).integers(1, STEPS + 1, size=SAMPLES)
    return tf.ragged.constant([row[:n].tolist() for row, n in zip(tokens(), lengths, strict=True)])


def mixed(policy, make=mlp):
    """A model made under another dtype policy."""

    def make_mixed():
        before = keras.config.dtype_policy()
        keras.config.set_dtype_policy(policy)
        try:
            return make()
        finally:
            keras.config.set_dtype_policy(before)

    return make_mixed


def fit(model, *callbacks, epochs=1, **options):
    """Trains a classifier of vectors, in the same order in every epoch."""
    return model.fit(
        vectors(),
        labels(),
        batch_size=BATCH,
        epochs=epochs,
        shuffle=False,
        verbose=0,
        callbacks=list(callbacks),
        **options,
    )
