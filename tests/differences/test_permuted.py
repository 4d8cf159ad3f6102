"""Kernels whose axes are in another order, as in a model that was converted."""

import keras
import numpy as np
import pytest
from keras import layers

from tb_keras_inspect import InspectCallback, diff

RNG = np.random.default_rng(0)


class Linear(layers.Layer):
    """x times a kernel, which may be stored transposed."""

    def __init__(self, units, transposed, **options):
        super().__init__(**options)
        self.units, self.transposed = units, transposed

    def build(self, shape):
        shape = (shape[-1], self.units)
        self.kernel = self.add_weight(
            shape=shape[::-1] if self.transposed else shape, name="kernel"
        )

    def call(self, x):
        kernel = keras.ops.transpose(self.kernel) if self.transposed else self.kernel
        return keras.ops.matmul(x, kernel)


def train(directory, kernel, transposed):
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((4,)), Linear(kernel.shape[1], transposed, name="linear")]
    )
    model.compile(keras.optimizers.SGD(0.01, momentum=0.9), "mse", run_eagerly=True)
    model.set_weights([kernel.T if transposed else kernel])
    x = np.linspace(-1, 1, 32).reshape(8, 4).astype("float32")
    record = {"checksums": True, "histograms": False, "units": False}
    inspect = InspectCallback(
        directory, every=1, maps_every=0, console=None, control=False, record=record
    )
    y = np.ones((8, kernel.shape[1]), "float32")
    model.fit(x, y, batch_size=4, shuffle=False, verbose=0, callbacks=[inspect])


@pytest.mark.thorough
@pytest.mark.slow
@pytest.mark.parametrize("units", [3, 4])
def test_norms_of_permuted_kernels_are_compared_and_of_square_ones_it_is_said(tmp_path, units):
    kernel = RNG.normal(size=(4, units)).astype("float32")
    train(tmp_path / "a", kernel, transposed=False)
    train(tmp_path / "b", kernel, transposed=True)
    found = diff(tmp_path / "a", tmp_path / "b")
    print(found)
    said = " ".join(found.sentences)
    if units == 3:
        assert found.parting is None or found.parting.spacings < 16  # rounds otherwise
        assert "linear/kernel: the axes are in another order" in said
    else:  # no shape tells
        assert found.parting.tensor == "linear/kernel"
        assert "linear/kernel has the same norm in both" in said
