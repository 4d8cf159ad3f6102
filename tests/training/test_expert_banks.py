"""A bank of experts has them, not the samples, along axis 0. Runs under each backend."""

import keras
import pytest
from keras import layers, ops

from tb_keras_inspect import InspectCallback
from tb_keras_inspect.records import Kind
from tests.training import read_events
from tests.training.shown import Shown, array

pytestmark = pytest.mark.one_compiler

TOKENS, WIDTH, EXPERTS = 6, 4, 3


class Bank(layers.Layer):
    """All tokens through every expert: [experts, samples * tokens, width]."""

    def __init__(self, experts, **options):
        super().__init__(**options)
        self.experts = experts

    def build(self, shape):
        self.kernel = self.add_weight((self.experts, shape[-1], shape[-1]), name="kernel")

    def call(self, x):
        tokens = ops.reshape(x, (1, -1, x.shape[-1]))
        return ops.matmul(tokens, self.kernel) + ops.reshape(
            ops.arange(self.experts, dtype=x.dtype), (-1, 1, 1)
        )


class Mixture(keras.Model):
    """The mean of a bank's experts."""

    def __init__(self, experts):
        super().__init__()
        self.bank, self.head = Bank(experts, name="bank"), layers.Dense(2, name="head")

    def call(self, x):
        mixed = ops.mean(self.bank(x), axis=0)
        return self.head(ops.mean(ops.reshape(mixed, (-1, *x.shape[1:])), axis=1))


def trained(log_dir, experts, batch_size=4, tokens=TOKENS, **options):
    keras.utils.clear_session()
    model = Mixture(experts)
    model.compile("sgd", "mse")
    callback = InspectCallback(log_dir, every=1, **options)
    x, y = array((2 * batch_size, tokens, WIDTH)), array((2 * batch_size, 2))
    model.fit(x, y, batch_size=batch_size, verbose=0, callbacks=[callback])
    return read_events.read(log_dir)


# Four experts and four probe samples: the training step tells them apart.
@pytest.mark.parametrize("experts", [EXPERTS, 4])
def test_experts_are_not_shown_as_samples(tmp_path, experts):
    run = trained(tmp_path, experts, batch_size=10)
    first = {site.name: site.shape[0] for site in run.model.sites}
    assert first == {"bank": experts, "head": -1}
    assert all(shown == ["head"] for shown in run.maps.values())
    assert run.maps


def test_statistics_of_a_large_bank_are_of_all_experts(tmp_path):
    """The first samples of a large batch are enough for its statistics; the first expert is not."""
    run = trained(tmp_path, 64, tier="economy", tokens=120)
    assert run.at(Kind.ACTIVATION, 1)["bank"]["mean"] == pytest.approx(31.5, abs=4)


def test_the_probe_pass_alone_sees_that_axis_0_is_not_its_samples():
    model = Mixture(EXPERTS)
    x = array((4, TOKENS, WIDTH))
    model(x)
    shown = Shown(model, x, Kind.MAPS)
    assert "bank" not in shown.pictures[Kind.MAPS]
    assert "3 entries along axis 0" in shown.omissions[Kind.MAPS, "bank"]
