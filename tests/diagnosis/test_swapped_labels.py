"""How many of the examples that rank first have a wrong label, and what the rule says."""

import keras
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback, diagnose, load_run
from tests.diagnosis.training_runs import CROSS_ENTROPY, digits, mlp

PROBLEM = "suspicious_examples"


def train(log_dir, swapped: float, every=1):
    """Digits for ten epochs; returns the run, the inputs, and which labels were swapped."""
    x, y = digits()
    make = np.random.default_rng(0)
    wrong = make.choice(len(x), int(len(x) * swapped), replace=False)
    labels = y.copy()
    labels[wrong] = (y[wrong] + make.integers(1, 10, len(wrong))) % 10
    keras.utils.set_random_seed(0)
    model = mlp([64])
    model.compile("adam", CROSS_ENTROPY)
    inspect = InspectCallback(
        log_dir, every=every, tier="economy", maps_every=0, console=None, record={"samples": True}
    )
    model.fit(x, labels, epochs=10, batch_size=32, verbose=0, callbacks=[inspect])
    return load_run(log_dir), x, wrong


@pytest.mark.slow
@pytest.mark.parametrize("every", [1, pytest.param(3, marks=pytest.mark.thorough)])
def test_nine_in_ten_of_the_first_percent_have_swapped_labels(tmp_path, every):
    run, x, wrong = train(tmp_path, 0.02, every)
    samples = run.samples()
    place = dict(zip(samples.fingerprints.tolist(), samples.locate(x).tolist(), strict=True))
    first = [place[mark] for mark in samples.ranking().fingerprints[: len(x) // 100].tolist()]
    assert np.isin(first, wrong).mean() >= 0.9
    if every == 1:  # else few examples are seen in three epochs
        assert [item.variant for item in diagnose(run) if item.problem == PROBLEM] == ["labels"]


@pytest.mark.slow
def test_clean_labels_are_not_suspicious(tmp_path):
    run, *_ = train(tmp_path, 0.0)
    assert [item for item in diagnose(run) if item.problem == PROBLEM] == []
