"""Building blocks that several cases share."""

import keras
from keras import layers, ops

CE = "sparse_categorical_crossentropy"


def mlp(shape, hidden, output, activation="relu", last="softmax", **options) -> keras.Model:
    """A chain of dense layers; `options` go to the hidden ones."""
    return keras.Sequential(
        [
            keras.Input(shape),
            *[layers.Dense(units, activation=activation, **options) for units in hidden],
            layers.Dense(output, activation=last),
        ]
    )


def cnn(shape, filters, output, activation="relu", last="softmax", norm=False, **options):
    """Convolutions with pooling after every second one, and a dense head."""
    x = inputs = keras.Input(shape)
    for number, count in enumerate(filters):
        x = layers.Conv2D(count, 3, padding="same", use_bias=not norm, **options)(x)
        if norm:
            x = layers.BatchNormalization()(x)
        x = layers.Activation(activation)(x)
        if number % 2 and x.shape[1] > 2:
            x = layers.MaxPooling2D()(x)
    x = layers.Flatten()(x)
    return keras.Model(inputs, layers.Dense(output, activation=last)(x))


def residual(shape, width, blocks, output, activation="relu", norm=True, **options):
    """Dense blocks with skip connections around them."""
    inputs = keras.Input(shape)
    x = layers.Dense(width)(inputs)
    for _ in range(blocks):
        y = layers.LayerNormalization()(x) if norm else x
        y = layers.Dense(width, activation=activation, **options)(y)
        x = layers.Add()([x, layers.Dense(width, **options)(y)])
    return keras.Model(inputs, layers.Dense(output, activation="softmax")(x))


def transformer(length, vocabulary, width, blocks, output, last="softmax", rate=0.1):
    """Token and position embeddings, attention blocks, mean pooling."""
    inputs = keras.Input((length,), dtype="int32")
    positions = ops.zeros_like(inputs) + ops.arange(length)  # symbolic, so that PyTorch trains it
    x = layers.Embedding(vocabulary, width)(inputs) + layers.Embedding(length, width)(positions)
    for _ in range(blocks):
        y = layers.LayerNormalization()(x)
        y = layers.MultiHeadAttention(2, width // 2, dropout=rate)(y, y)
        x = layers.Add()([x, y])
        y = layers.LayerNormalization()(x)
        y = layers.Dense(width * 2, activation="gelu")(y)
        x = layers.Add()([x, layers.Dropout(rate)(layers.Dense(width)(y))])
    x = layers.GlobalAveragePooling1D()(layers.LayerNormalization()(x))
    return keras.Model(inputs, layers.Dense(output, activation=last)(x))


def compiled(model, optimizer="adam", loss=CE, **options) -> keras.Model:
    """Returns the compiled model."""
    model.compile(optimizer=optimizer, loss=loss, **options)
    return model


def kind_and_ink() -> keras.Model:
    """A digit's class and how much of it is ink, from its 64 pixels; compiled."""
    i = keras.Input((64,))
    h = layers.Dense(48, activation="relu")(i)
    kind = layers.Dense(10, activation="softmax", name="kind")(h)
    model = keras.Model(i, {"kind": kind, "ink": layers.Dense(1, name="ink")(h)})
    model.compile(keras.optimizers.Adam(2e-3), {"kind": CE, "ink": "mse"})
    return model
