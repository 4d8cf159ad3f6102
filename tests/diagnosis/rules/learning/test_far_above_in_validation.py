"""far_above_in_validation: never passed over in silence, whether training learns or not."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.learning import far_above_in_validation as rule
from tests.diagnosis.synthetic import Run, chain, found

BASELINE = float(np.log(10))


def run(val, train=1.0, **compiled):
    """Losses of four epochs, relative to that of a constant prediction."""
    made = Run(chain(**compiled)).loss(np.linspace(1.0, train, 60) * BASELINE)
    losses = {"loss": train, "val_loss": val}
    return made.epoch(**{name: np.broadcast_to(x, 4) * BASELINE for name, x in losses.items()})


@pytest.mark.parametrize(
    ("val", "train", "count"),
    [
        (3.1, 1.0, 1),
        (2.9, 1.0, 0),
        ([5.0, 5.0, 1.0, 5.0], 1.0, 0),  # one good epoch of the last three
        (45.0, 0.7, 1),
        (45.0, 0.5, 0),  # it learns: another rule looks
        (45.0, 2.0, 0),  # training is broken itself
    ],
)
def test_the_validation_loss_of_each_of_the_last_epochs_counts(val, train, count):
    assert len(found(rule, run(val, train))) == count


def test_the_first_advice_tells_the_two_reasons_apart():
    (finding,) = found(rule, run([1.0, 45.0, 45.0, 45.0]))
    assert finding.first_step == 147
    assert finding.advice[0].code == "model.evaluate(x_train, y_train)"
    assert "45 times that of a constant prediction" in finding.title


def test_own_training_steps_have_losses_of_their_own():
    assert found(rule, run(45.0, train_step="own")) == []
