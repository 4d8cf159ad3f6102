"""Keras's own callbacks that save, restore or swap weights: before and after ours."""

import keras
import numpy as np
import pytest

from tb_keras_inspect import load_run
from tests.integrations import small

pytestmark = [pytest.mark.slow]


class StopError(Exception):
    """Ends a fit in the middle."""


class StopAfter(keras.callbacks.Callback):
    """Ends a fit in an epoch, counted from 0, after its second batch."""

    def __init__(self, epoch):
        super().__init__()
        self.last, self.epoch = epoch, None

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.epoch == self.last and batch == 1:
            raise StopError


def fit(model, callbacks, **options):
    options = {"batch_size": small.BATCH, "epochs": 4, "shuffle": False, "verbose": 0, **options}
    model.fit(small.X, small.Y, callbacks=callbacks, **options)
    return model.get_weights()


def seeded(optimizer=None):
    keras.utils.set_random_seed(0)
    model = small.made()
    if optimizer is not None:
        model.compile(optimizer, "mse")
    return model


def assert_same(found, expected):
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("ours_first", [True, False])
def test_a_fit_that_backup_and_restore_resumes_goes_on_in_its_run(tmp_path, ours_first):
    def resumed(*ours):
        """A fit that ends in its third epoch, and another one that goes on after the second."""
        backup_dir = tmp_path / f"backup_{len(ours)}"
        for stop in ([StopAfter(2)], []):
            backup = keras.callbacks.BackupAndRestore(backup_dir)
            pair = [*(one() for one in ours), backup]
            try:
                weights = fit(seeded(), [*(pair if ours_first else pair[::-1]), *stop])
            except StopError:
                assert stop
        return weights

    plain = resumed()
    assert_same(resumed(lambda: small.watch(tmp_path / "logs")), plain)
    assert small.steps(tmp_path / "logs") == {".": list(range(16))}
    epochs = load_run(tmp_path / "logs").loss.epochs["loss"][0]
    assert epochs.tolist() == [3, 7, 11, 15]


@pytest.mark.parametrize("ours_first", [True, False])
def test_weights_that_swap_ema_weights_puts_in_after_each_epoch(tmp_path, ours_first):
    def trained(*ours):
        model = seeded(keras.optimizers.Adam(0.01, use_ema=True, ema_momentum=0.5))
        swap = keras.callbacks.SwapEMAWeights(swap_on_epoch=True)
        pair = [*ours, swap] if ours_first else [swap, *ours]
        return fit(model, pair, validation_data=(small.X, small.Y))

    assert_same(trained(small.watch(tmp_path)), trained())
    assert small.steps(tmp_path) == {".": list(range(16))}


def test_a_model_that_orbax_checkpoint_has_saved_goes_on_with_the_run(tmp_path):
    small.needed("orbax.checkpoint")

    def trained(name, *ours):
        """Two epochs, and two more of the model loaded from the checkpoint after the second."""
        checkpoint = keras.callbacks.OrbaxCheckpoint(tmp_path / name)
        fit(seeded(), [*(one() for one in ours), checkpoint], epochs=2)
        model = keras.models.load_model(tmp_path / name)
        return fit(model, [one() for one in ours], initial_epoch=2)

    assert_same(trained("watched", lambda: small.watch(tmp_path / "logs")), trained("plain"))
    assert small.steps(tmp_path / "logs") == {".": list(range(16))}
