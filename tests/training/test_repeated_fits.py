"""Many fits in one process, each with a callback of its own: no warnings, and nothing is kept."""

import gc
import logging

import keras
import pytest
from keras import layers

from tb_keras_inspect import InspectCallback
from tests.training import model_zoo as zoo
from tests.training.references import BACKEND

needs_tensorflow = pytest.mark.skipif(BACKEND != "tensorflow", reason="a registry of TensorFlow's")


def small(**options):
    """Both its layers and its optimizer have gradient functions that TensorFlow registers."""
    return zoo.classifier(layers.Dense(4, activation="silu"), **options)


@needs_tensorflow
@pytest.mark.slow
def test_tensorflow_does_not_warn_of_retracing(tmp_path, caplog):
    with caplog.at_level(logging.WARNING, "tensorflow"):
        for fit in range(4):
            # With fewer steps a fit, TensorFlow warns without the callback too.
            zoo.fit(small(), InspectCallback(tmp_path / str(fit), every=2), epochs=2)
    assert "retracing" not in caplog.text


@needs_tensorflow
@pytest.mark.slow
def test_no_graph_outlives_its_callback(tmp_path):
    from tensorflow.python.framework.func_graph import FuncGraph
    from tensorflow.python.framework.ops import gradient_registry

    def kept():
        gc.collect()
        graphs = sum(isinstance(item, FuncGraph) for item in gc.get_objects())
        return graphs, len(gradient_registry.list())

    model = small(optimizer=keras.optimizers.SGD(gradient_accumulation_steps=2))
    zoo.fit(model)
    counts = []
    for fit in range(3):
        zoo.fit(model, InspectCallback(tmp_path / str(fit), every=1))
        counts.append(kept())
    assert counts == counts[:1] * 3
