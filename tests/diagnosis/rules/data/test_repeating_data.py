"""repeating_data: batches with the same content, and the same order in every epoch."""

import numpy as np
import pytest

from tb_keras_inspect import diagnose
from tb_keras_inspect.catalog.tensor_statistics import RANGE_STATISTICS
from tb_keras_inspect.diagnosis.rules.data import repeating_data as rule
from tb_keras_inspect.records import DecodedSampleLoss, Kind
from tb_keras_inspect.store import RunData
from tb_keras_inspect.training.live.live_source import LiveSource
from tests.diagnosis.synthetic import STATISTICS, Run, chain, found

EPOCH = 20


def run(hashes, every=1, per_epoch=EPOCH, **compiled):
    """A sampled batch with each hash, in epochs of this many steps; the loss falls."""
    hashes = np.asarray(hashes, np.float64)
    model = chain(**compiled)
    model.steps_per_epoch = per_epoch
    made = Run(model, samples=len(hashes), every=every)
    made.step["epoch"] = made.steps // max(per_epoch, 1)
    made.step["batch_size"] = np.full(len(hashes), 32.0)
    return made.set(Kind.INPUT, "hash", hashes[:, None])


def variants(made):
    return [(finding.variant, finding.severity) for finding in found(rule, made)]


def test_one_batch_that_is_learned_by_heart_is_a_warning():
    (finding,) = found(rule, run(np.full(40, 7)))
    assert (finding.variant, finding.severity) == ("one_batch", "warning")
    assert "the same inputs (40 of 40 samples)" in finding.title
    assert (finding.first_step, finding.confirmed_step) == (0, 9)


def test_it_explains_that_nothing_holds_for_validation_data():
    made = run(np.full(60, 7)).epoch(
        loss=[2.0, 1, 0.5, 0.2, 0.1, 0.1], val_loss=[2.3, 3, 4, 5, 6, 7]
    )
    (root,) = diagnose(made.data)
    assert root.problem == "repeating_data"
    assert {item.problem for item in root.related} == {"overfitting"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda made: made.epoch(loss=[0.5, 0.5], val_loss=[0.6, 0.6]), "note"),
        (lambda made: made.epoch(loss=[0.5, 0.5], val_loss=[1.6, 1.6]), "warning"),
        (lambda made: made.loss(2.3), "note"),
        (lambda made: made.step.update(batch_size=np.full(40, 1000.0)) or made, "note"),
    ],
    ids=["it holds for validation data", "it does not", "nothing is learned", "a large batch"],
)
def test_one_batch_is_a_note_where_it_may_be_all_the_data(change, expected):
    assert variants(change(run(np.full(40, 7)))) == [("one_batch", expected)]


def test_a_data_set_of_one_batch_is_no_fault():
    assert variants(run(np.full(40, 7), per_epoch=1)) == []


def test_fits_of_a_single_step_are_no_epochs_to_compare_in():
    made = run(np.full(40, 7), per_epoch=0)
    made.step["epoch"] = made.steps
    assert variants(made) == []


def test_a_stream_that_does_not_move_on_is_found_without_the_length_of_an_epoch():
    made = run(np.full(40, 7), per_epoch=0)
    made.step["epoch"] = np.zeros(40)
    assert variants(made) == [("one_batch", "warning")]


@pytest.mark.parametrize(("different", "expected"), [(9, [("few_batches", "note")]), (10, [])])
def test_a_few_batches_that_come_round_are_a_note(different, expected):
    hashes = np.concatenate([np.arange(20) % different + 100 * epoch for epoch in range(3)])
    assert variants(run(hashes)) == expected


def test_the_same_order_in_every_epoch_is_a_note():
    (finding,) = found(rule, run(np.tile(np.arange(EPOCH), 3)))
    assert (finding.variant, finding.severity) == ("same_order", "note")


@pytest.mark.parametrize("data", ["fixed set", ""])
@pytest.mark.parametrize("shuffle", ["True", "False", "batch"])
def test_arrays_that_fit_shuffles_alike_are_nobodys_fault(data, shuffle):
    """With a seed, Keras on TensorFlow shuffles arrays alike in each epoch."""
    made = run(np.tile(np.arange(EPOCH), 3), **{"fit.shuffle": shuffle})
    made.model.data = data
    silent = data == "fixed set" and shuffle == "True"
    assert variants(made) == ([] if silent else [("same_order", "note")])


def test_positions_are_compared_where_samples_are_sparse():
    steps = np.arange(0, 14 * EPOCH, 7)
    assert variants(run(steps % EPOCH, every=7)) == [("same_order", "note")]


def test_shuffled_data_is_silent():
    rng = np.random.default_rng(0)
    assert variants(run(rng.integers(0, 2**24, 60))) == []
    order = np.concatenate([rng.permutation(EPOCH) for _ in range(3)])
    assert variants(run(order)) == []


def test_stateful_sequences_keep_their_order():
    made = run(np.tile(np.arange(EPOCH), 3))
    made.model.layers[0].settings["stateful"] = "True"
    assert variants(made) == []


def test_several_inputs_count_together():
    """A constant input beside one that varies."""
    made = run(np.full(40, 7))
    made.model.inputs.append("z")
    made.rows[Kind.INPUT] = 2
    made.tables[Kind.INPUT] = np.concatenate([made.tables[Kind.INPUT]] * 2, axis=1)
    made.set(Kind.INPUT, "hash", np.arange(40), row=1)
    assert variants(made) == []


def test_few_samples_say_nothing():
    assert variants(run(np.full(9, 7))) == []


def test_a_record_without_hashes_says_that_it_could_not_look(monkeypatch):
    made = run(np.full(40, 7))
    monkeypatch.setitem(STATISTICS, Kind.INPUT, RANGE_STATISTICS[:-1])
    made.tables[Kind.INPUT] = made.tables[Kind.INPUT][..., :-1]
    (unable,) = [x for x in diagnose(made.data).verdict.unable if x.problem == rule.PROBLEM]
    assert unable.reason == "hash of input not recorded"
    assert "Record the run again" in unable.advice


def sorted_by_class(part=1.0, kind="sparse_categorical_crossentropy", **epochs):
    """Batches whose class numbers differ by `part` of their variance from batch to batch."""
    made = run(np.arange(60), loss=kind)
    between = np.where(np.arange(60) % 2, 1.0, -1.0) * np.sqrt(part)
    made.set(Kind.TARGET, "mean", 4.5 + between[:, None])
    made.set(Kind.TARGET, "std", np.sqrt(1 - part))
    return made.epoch(**epochs) if epochs else made


def test_examples_sorted_by_class_are_found_where_something_suffers():
    epochs = {"loss": [1.5, 0.5, 0.2, 0.1], "val_loss": [3.0, 2.0, 1.0, 0.8]}
    (finding,) = found(rule, sorted_by_class(**epochs))
    assert (finding.variant, finding.severity) == ("sorted", "warning")
    assert finding.evidence[0].value == pytest.approx(1.0)
    assert "in the same order" in finding.advice[0].text


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (sorted_by_class(kind="mse"), []),
        (sorted_by_class(0.5), []),
        (sorted_by_class(0.7), [("sorted", "note")]),
        (sorted_by_class(loss=[1, 0.1], val_loss=[1, 0.15]), [("sorted", "note")]),
        (sorted_by_class(0.7).loss(2.3), [("sorted", "warning")]),
    ],
    ids=["numbers", "by chance", "all is well", "it holds", "nothing is learned"],
)
def test_batches_of_one_class_each_are_a_note_where_nothing_suffers(made, expected):
    assert variants(made) == expected


def test_inputs_that_are_all_the_same_are_an_error():
    made = run(np.full(40, 7)).loss(2.3).set(Kind.INPUT, "min", 1.0).set(Kind.INPUT, "max", 1.0)
    assert variants(made) == [("constant", "error")]
    made.loss(np.linspace(2.3, 0.1, 40))  # as where a constant 1 is what the model learns from
    assert variants(made) == [("one_batch", "warning")]


def test_targets_that_are_all_the_same_are_a_note():
    """They may be placeholders, or those with which a generator is trained."""
    made = run(np.arange(60), loss="binary_crossentropy")
    made.set(Kind.TARGET, "min", 1.0).set(Kind.TARGET, "max", 1.0)
    assert variants(made) == [("constant_targets", "note")]


def test_batches_of_a_loop_may_be_of_one_class_each():
    """As a discriminator is trained: real examples, then generated ones."""
    made = sorted_by_class().loss(2.3)
    assert variants(made) == [("sorted", "warning")]
    made.model.steps_per_epoch = 0
    assert variants(made) == []


@pytest.mark.parametrize(("in_order", "found_as"), [(True, [("sorted", "warning")]), (False, [])])
def test_one_hot_labels_are_sorted_where_the_classes_of_the_examples_are(in_order, found_as):
    class OneHot(Run):
        """Twenty examples a batch, whose classes the record of the examples has."""

        @property
        def data(self):
            source = LiveSource()
            for sample in self.samples():
                if Kind.STEP in sample.records:
                    labels = (np.arange(20) + 20 * (sample.step % EPOCH)) // 40
                    labels = labels if in_order else np.arange(20) % 10
                    values = np.stack([np.ones(20), labels, labels], axis=1).astype(np.float32)
                    columns, marks = ("loss", "label", "prediction"), np.arange(20, dtype=np.uint64)
                    fingerprint = self.model.fingerprint
                    record = DecodedSampleLoss(fingerprint, columns, values, marks, 20, 20.0)
                    records = {**sample.records, Kind.SAMPLE_LOSS: record}
                    sample = type(sample)(sample.step, sample.wall_time, records)
                source.add(sample)
            return RunData("run", source)

    model = chain(loss="categorical_crossentropy")
    model.steps_per_epoch = EPOCH
    made = OneHot(model, samples=60, every=1).loss(2.3)
    made.step["epoch"] = made.steps // EPOCH
    assert variants(made) == found_as
