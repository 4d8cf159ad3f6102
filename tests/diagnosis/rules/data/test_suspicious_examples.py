"""suspicious_examples: labels that the model contradicts, and steps that a few examples carry."""

import numpy as np
import pytest

from tb_keras_inspect.diagnosis.rules.data import suspicious_examples as rule
from tb_keras_inspect.records import DecodedSampleLoss, Kind
from tb_keras_inspect.store import RunData
from tb_keras_inspect.training.live.live_source import LiveSource
from tests.diagnosis.synthetic import Run, chain, found

EXAMPLES, BATCH, EPOCHS = 400, 20, 6
STEPS = EXAMPLES // BATCH * EPOCHS


class WithExamples(Run):
    """A run of ten classes in which each example has a loss of 0.2 and the right answer."""

    def __init__(self):
        super().__init__(chain(), STEPS, every=1)
        self.step["epoch"] = np.arange(STEPS) // (EXAMPLES // BATCH)
        self.losses = np.full((EPOCHS, EXAMPLES), 0.2, np.float32)
        self.labels = np.tile(np.arange(EXAMPLES) % 10, (EPOCHS, 1))
        self.answers = self.labels.copy()

    def contradict(self, count, loss=5.0, epochs=slice(None)):
        """The model gives some of the first examples another label."""
        self.losses[epochs, :count] = loss
        self.answers[epochs, :count] += 1
        return self

    @property
    def data(self):
        source = LiveSource()
        for sample in self.samples():
            if sample.step < STEPS and Kind.STEP in sample.records:
                records = {**sample.records, Kind.SAMPLE_LOSS: self._batch(sample.step)}
                sample = type(sample)(sample.step, sample.wall_time, records)
            source.add(sample)
        return RunData("run", source)

    def _batch(self, step):
        epoch, place = divmod(step, EXAMPLES // BATCH)
        # Shuffled, differently in each epoch.
        rows = np.random.default_rng(epoch).permutation(EXAMPLES)[place * BATCH :][:BATCH]
        each = (self.losses, self.labels, self.answers)
        values = np.stack([numbers[epoch, rows] for numbers in each], axis=1).astype(np.float32)
        marks, total = rows.astype(np.uint64) + 1, float(values[:, 0].sum())
        self.step["loss"][step] = total / BATCH
        columns = ("loss", "label", "prediction")
        return DecodedSampleLoss(self.model.fingerprint, columns, values, marks, BATCH, total)


@pytest.mark.parametrize(("count", "findings"), [(8, 1), (4, 1), (3, 0), (0, 0)])
def test_labels_are_suspicious_if_there_are_enough_of_them(count, findings):
    assert len(found(rule, WithExamples().contradict(count))) == findings


@pytest.mark.parametrize(("loss", "findings"), [(4.1, 1), (3.9, 0)])
def test_the_model_must_be_certain(loss, findings):
    assert len(found(rule, WithExamples().contradict(8, loss))) == findings


@pytest.mark.parametrize(("epochs", "findings"), [(slice(3, 6), 1), (slice(0, 5), 0)])
def test_it_must_be_so_each_time_in_the_later_half(epochs, findings):
    assert len(found(rule, WithExamples().contradict(8, epochs=epochs))) == findings


def test_the_finding_says_how_many_and_shows_a_step():
    (finding,) = found(rule, WithExamples().contradict(8))
    assert (finding.variant, finding.severity) == ("labels", "note")
    assert finding.title.startswith("8 of 400 examples may have wrong labels")
    assert "examples carry" in finding.cause or "examples carries" in finding.cause
    assert "did so in epochs 1, 2, 3, 4, 5 and 6: look at its label" in finding.cause


def test_a_model_that_knows_little_contradicts_nothing():
    assert found(rule, WithExamples().contradict(200)) == []


def spiking(loss=400.0, examples=1):
    """From the third epoch on, a few examples have a huge loss."""
    run = WithExamples()
    run.losses[0] = 2.0
    run.losses[2:, :examples] = loss
    list(map(run._batch, range(STEPS)))
    return run


def test_a_step_that_one_example_carries_is_named_with_the_epochs():
    (finding,) = found(rule, spiking())
    assert finding.variant == "spike"
    assert "1 of 20 examples carries 99 % of the loss" in finding.cause
    assert "it did so in epochs 3, 4, 5 and 6: look at its label" in finding.cause


@pytest.mark.parametrize("run", [spiking(loss=100.0), spiking(examples=200)])
def test_a_loss_below_the_first_one_and_one_of_all_examples_are_no_spikes(run):
    assert found(rule, run) == []


def test_a_run_without_losses_of_examples_has_none():
    assert found(rule, Run(chain())) == []
