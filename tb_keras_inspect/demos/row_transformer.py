"""A small Transformer that reads an image row by row, to show attention.

Each row is a token: its projected pixels plus a learned position. Two encoder blocks follow, and the
mean over the rows is classified. The model learns; the demo shows which rows attend to which.
"""

from typing import Any

import keras
from keras import layers, ops

from tb_keras_inspect.demos.demo_run import DemoRun

WIDTH, HEADS, BLOCKS = 32, 4, 2


@keras.saving.register_keras_serializable("tb_keras_inspect")
class RowPositions(layers.Layer):
    """Adds a learned vector to each row of float[batch, rows, width]."""

    def build(self, input_shape: tuple[int, ...]) -> None:
        self.vectors = self.add_weight(
            shape=tuple(input_shape[1:]), initializer="random_normal", name="vectors"
        )

    def call(self, rows: Any) -> Any:
        return rows + self.vectors


@keras.saving.register_keras_serializable("tb_keras_inspect")
class EncoderBlock(layers.Layer):
    """Attention, then two dense layers, each with a residual connection and normalisation."""

    def __init__(self, width: int, heads: int, **options: Any):
        super().__init__(**options)
        self.width, self.heads = width, heads
        self.attention = layers.MultiHeadAttention(heads, width // heads, name="attention")
        self.norm_1 = layers.LayerNormalization(name="norm_1")
        self.expand = layers.Dense(2 * width, activation="gelu", name="expand")
        self.contract = layers.Dense(width, name="contract")
        self.norm_2 = layers.LayerNormalization(name="norm_2")

    def build(self, input_shape: tuple[int, ...]) -> None:
        self.attention.build(input_shape, input_shape)
        self.norm_1.build(input_shape)
        self.expand.build(input_shape)
        self.contract.build((*input_shape[:-1], 2 * self.width))
        self.norm_2.build(input_shape)

    def call(self, rows: Any) -> Any:
        rows = self.norm_1(rows + self.attention(rows, rows))
        return self.norm_2(rows + self.contract(self.expand(rows)))

    def get_config(self) -> dict[str, Any]:
        config: dict[str, Any] = super().get_config()
        return config | {"width": self.width, "heads": self.heads}


def build(input_shape: tuple[int, ...], classes: int) -> DemoRun:
    """Builds two encoder blocks over the rows of the image, with Adam."""
    height = input_shape[0]
    inputs = keras.Input(input_shape, name="pictures")
    rows = layers.Reshape((height, -1), name="rows")(inputs)
    rows = layers.Dense(WIDTH, name="project")(rows)
    rows = RowPositions(name="positions")(rows)
    for number in range(1, BLOCKS + 1):
        rows = EncoderBlock(WIDTH, HEADS, name=f"block_{number}")(rows)
    outputs = layers.Dense(classes, activation="softmax", name="classes")(ops.mean(rows, axis=1))
    model = keras.Model(inputs, outputs, name="row_transformer")
    model.compile(
        optimizer=keras.optimizers.Adam(2e-3),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return DemoRun("a Transformer that reads images row by row learns", model)
