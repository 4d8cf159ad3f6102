"""The configuration of a layer is read without what Keras would load for it."""

import os
import subprocess
import sys

import keras
import pytest

from tb_keras_inspect.training.model.config import config_of

PROGRAM = """
import sys
import keras, numpy as np
from tb_keras_inspect import InspectCallback

x = np.ones((8, 6), "float32")
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4, "relu"), keras.layers.Dense(2)])
model.compile("adam", "mse")
model.fit(x, x[:, :2], verbose=0)
before = "tensorflow" in sys.modules
model.fit(x, x[:, :2], epochs=2, verbose=0, callbacks=[InspectCallback(sys.argv[1], every=1)])
print(before, "tensorflow" in sys.modules)
"""


@pytest.mark.slow
@pytest.mark.any_backend
@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_a_recorded_fit_does_not_load_tensorflow_for_another_backend(tmp_path, backend):
    pytest.importorskip(backend)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, tmp_path],
        env=os.environ | {"KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=True,
    )
    before, after = done.stdout.split()[-2:]
    assert after == before == "False"


def test_what_fails_is_empty():
    class Own(keras.layers.Layer):
        def get_config(self):
            raise NotImplementedError

    assert config_of(Own()) == {}
    assert config_of(keras.layers.Dense(3))["units"] == 3
    assert keras.src.utils.module_utils.tensorflow.available
