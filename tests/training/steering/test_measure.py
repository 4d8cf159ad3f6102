"""A measurement on request, in a run that takes commands."""

import keras
import numpy as np
import pytest

from tb_keras_inspect import load_run
from tb_keras_inspect.catalog.commands import CommandError
from tb_keras_inspect.steering.client import RefusedError
from tests.steering.steered import make_model, steer, weights

pytestmark = pytest.mark.any_backend


@pytest.mark.slow
def test_the_next_step_is_measured_and_training_goes_on_as_before(tmp_path):
    """Without `measure=`; as when nothing was asked for."""

    def script(control):
        control.measure("critical_rate")
        return control.measure("gradient_noise")

    model = make_model()
    done = steer(model, tmp_path / "a", script, every=1)
    assert done.new == "gradient_noise is measured at the next step"
    plain = make_model()  # not before: it sets the random seed
    steer(plain, tmp_path / "b", lambda control: None, every=1)
    for found, wanted in zip(weights(model), weights(plain), strict=True):
        np.testing.assert_array_equal(found, wanted)
    step = load_run(tmp_path / "a").table("step")
    for name in ("critical_rate", "gradient_noise", "gradient_signal"):
        assert np.isfinite(step.select(name)).sum() == 1, name


@pytest.mark.slow
def test_what_cannot_be_measured_is_refused_with_the_reason(tmp_path):
    model = make_model()
    sgd = keras.optimizers.SGD(gradient_accumulation_steps=2)
    model.compile(sgd, "sparse_categorical_crossentropy")

    def script(control):
        with pytest.raises(RefusedError, match="cannot be measured: gradients are accumulated"):
            control.measure("critical_rate")
        with pytest.raises(CommandError, match="must be one of critical_rate, gradient_noise"):
            control.measure("weather")
        control.stop()

    steer(model, tmp_path, script)
