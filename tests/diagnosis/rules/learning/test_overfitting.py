"""overfitting: a rise of the validation loss that is costly and lasts."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.learning import overfitting as rule
from tests.diagnosis.synthetic import Run, chain, found

TRAIN = np.geomspace(2.0, 0.01, 20)


def epochs(val, train=TRAIN):
    return Run(chain()).epoch(loss=train, val_loss=val)


def turned(best=1.5, last=3.0):
    """Down to `best` in 6 epochs, up to `last` in the rest."""
    return np.concatenate([np.linspace(2.2, best, 6), np.linspace(best, last, 15)[1:]])


def test_a_rise_is_found_with_the_best_epoch():
    (finding,) = found(rule, epochs(turned()))
    assert finding.severity == "warning"
    assert "epoch 6" in finding.title
    assert finding.first_step == 295 * 6 // 20


# The baseline loss of 10 classes is 2.3026, of which a tenth counts.
@pytest.mark.parametrize(("rise", "count"), [(0.25, 1), (0.21, 0)])
def test_threshold_is_the_rise_relative_to_the_baseline(rise, count):
    val = turned(1.5, 1.5 + rise)
    val[-3:] = 1.5 + rise
    assert len(found(rule, epochs(val), overfitting_gap=100)) == count


def test_a_small_rise_of_a_good_model_is_a_note():
    (finding,) = found(rule, epochs(turned(0.2, 0.6)))
    assert finding.severity == "note"


def test_a_converged_run_whose_loss_creeps_up_is_not_reported():
    assert found(rule, epochs(turned(0.05, 0.1))) == []


def test_noise_of_single_epochs_is_not_reported():
    val = np.full(20, 0.5)
    val[[7, 12, 18]] = 1.2
    assert found(rule, epochs(val)) == []


def test_a_rise_while_the_training_loss_does_not_fall_is_another_problem():
    assert found(rule, epochs(turned(), np.linspace(2.3, 2.2, 20))) == []


def test_memorising_without_a_rise_is_found_by_its_gap():
    (finding,) = found(rule, epochs(np.full(20, 2.2)))
    assert finding.variant == "gap"


def test_batch_normalisation_whose_statistics_lag_is_not_reported():
    model = chain()
    model.layers.add(path="norm", class_name="BatchNormalization", settings={"momentum": "0.99"})
    val = np.full(20, 3.0)
    assert found(rule, Run(model).epoch(loss=TRAIN, val_loss=val)) == []
    assert len(found(rule, Run(model, every=10).epoch(loss=TRAIN, val_loss=val))) == 1


def test_few_epochs_say_nothing():
    assert found(rule, epochs([1.0, 2.0, 3.0, 4.0], [1.0, 0.5, 0.2, 0.1])) == []


def test_without_validation_there_is_nothing_to_report():
    assert found(rule, Run(chain()).epoch(loss=TRAIN)) == []


@pytest.mark.parametrize(("size", "first"), [(6.0, "Train on more data"), (32.0, "Stop")])
def test_an_epoch_of_few_examples_gets_other_advice_first(size, first):
    made = epochs(turned())
    made.step["batch_size"] = np.full(len(made.steps), size)
    (finding,) = found(rule, made)
    assert finding.advice[0].text.startswith(first)
