"""How far the loss has come, and the loss of the best constant prediction."""

import numpy as np
import pytest

from tb_keras_inspect.records import Kind
from tests.diagnosis.synthetic import Run, chain


def progress(loss, name="sparse_categorical_crossentropy", mean=None, std=None):
    run = Run(chain(loss=name)).loss(loss)
    if std is not None:
        run.set(Kind.TARGET, "mean", mean).set(Kind.TARGET, "std", std)
    return run.facts.progress


def test_the_baseline_of_ten_classes_is_the_logarithm_of_ten():
    found = progress(np.linspace(2.5, 0.1, 60))
    assert found.baseline == pytest.approx(np.log(10))
    assert found.fraction == pytest.approx(found.end / np.log(10))
    assert found.has_learned
    assert not found.is_stuck


@pytest.mark.parametrize(
    ("name", "mean", "std", "start", "baseline"),
    [
        ("binary_crossentropy", None, None, 0.7, np.log(2)),
        ("mean_squared_error", 3.0, 2.0, 13.0, 4.0),
        ("mean_absolute_error", 0.0, 2.0, 1.6, 1.6),
        ("mean_squared_error", 0.0, 1.0, 64.0, np.nan),  # a sum over 64 outputs
        ("my_loss", 0.0, 1.0, 1.0, np.nan),
    ],
)
def test_the_baseline_follows_from_loss_and_targets(name, mean, std, start, baseline):
    np.testing.assert_allclose(progress(start, name, mean, std).baseline, baseline, rtol=1e-6)


def test_without_a_baseline_the_first_loss_is_the_reference():
    found = progress(np.linspace(8.0, 1.0, 60), "my_loss")
    assert found.reference == found.start


def test_a_negative_loss_cannot_be_judged():
    assert not progress(np.linspace(1, -5, 60), "my_loss").known


def test_a_loss_at_the_baseline_is_stuck_however_high_it_began():
    found = progress(np.geomspace(500, 2.3, 60))
    assert not found.has_learned
    assert progress(2.31).is_stuck
