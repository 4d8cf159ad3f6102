"""oscillating_loss: epochs that get worse, not batches that differ."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.learning import oscillating_loss as rule
from tests.diagnosis.synthetic import Run, chain, found

BASELINE = np.log(10)


def epochs(loss):
    loss = np.asarray(loss, np.float64)
    run = Run(chain()).epoch(loss=loss)
    return run.loss(loss[np.arange(60) * len(loss) // 60])


def swinging(size, count=12):
    return 1.2 + size * BASELINE * (np.arange(count) % 2)


def test_epochs_that_go_up_and_down_are_a_warning():
    (finding,) = found(rule, epochs(swinging(0.1)))
    assert finding.severity == "warning"
    assert finding.ongoing


# Of 12 epochs 6 are up: together 6 times the size.
@pytest.mark.parametrize(("size", "count"), [(0.021, 1), (0.019, 0)])
def test_threshold_is_all_rises_together(size, count):
    assert len(found(rule, epochs(swinging(size)))) == count


def test_epochs_that_fall_are_not_reported_however_batches_scatter():
    rng = np.random.default_rng(0)
    run = Run(chain()).epoch(loss=np.linspace(2.0, 1.0, 10))
    assert found(rule, run.loss(np.linspace(2.3, 1, 60) * rng.lognormal(0, 0.5, 60))) == []


def test_small_batches_without_epochs_are_not_reported():
    rng = np.random.default_rng(1)
    assert found(rule, Run(chain(), samples=200).loss(0.8 * rng.chisquare(4, 200) / 4 + 1)) == []


def test_without_epochs_swings_beyond_the_scatter_are_found():
    wave = 1.5 + np.sin(np.arange(200) / 200 * 8 * np.pi)
    (finding,) = found(rule, Run(chain(), samples=200).loss(wave))
    assert finding.variant == "steps"
    assert finding.evidence[0].kind == "step"


def test_swings_that_end_are_a_note():
    loss = [2.3, 1.0, 1.8, 0.9, 1.7, *np.linspace(0.8, 0.05, 15)]
    (finding,) = found(rule, epochs(loss))
    assert (finding.severity, finding.ongoing) == ("note", False)


def test_wild_swings_are_a_warning_even_where_they_end():
    loss = [2.3, 9.0, 1.8, 30.0, 1.7, *np.linspace(0.8, 0.05, 15)]
    (finding,) = found(rule, epochs(loss))
    assert finding.severity == "warning"


def test_a_training_step_of_its_own_is_left_alone():
    run = epochs(swinging(0.1))
    run.model.compiled["train_step"] = "own"
    assert found(rule, Run(run.model).loss(1.0).epoch(loss=swinging(0.1))) == []


def test_warm_restarts_are_not_reported():
    run = epochs(swinging(0.1))
    run.step["learning_rate"] = 1e-3 * (1.01 - (np.arange(60) % 15) / 15)
    assert found(rule, run) == []


def test_a_single_rise_is_not_reported():
    loss = np.linspace(2, 1, 12)
    loss[6:] += 0.5
    assert found(rule, epochs(loss)) == []


def scattering(data):
    """Epochs whose means differ by less than draws of as many batches would."""
    rng = np.random.default_rng(2)
    model = chain()
    model.data = data
    run = Run(model, samples=240, every=1).epoch(loss=1.2 + 0.3 * (np.arange(12) % 2))
    return run.loss(1.3 * rng.lognormal(0, 1.0, 240))


def test_a_stream_may_scatter_where_a_fixed_set_may_not():
    assert found(rule, scattering("")) == []
    (finding,) = found(rule, scattering("fixed set"))
    assert finding.variant == "epochs"


@pytest.mark.parametrize("count", [12, 40])
@pytest.mark.parametrize("seed", range(20))
def test_a_stream_at_its_noise_floor_is_not_reported_from_few_samples_either(seed, count):
    """As live diagnosis sees it: mean of an epoch of five batches, some of which were sampled."""
    rng = np.random.default_rng(seed)
    loss = rng.chisquare(8, (count, 5)) / 8
    run = Run(chain(), samples=count, every=5).epoch(loss=loss.mean(axis=1))
    assert found(rule, run.loss(loss[:, 0])) == []
