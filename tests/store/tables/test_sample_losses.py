"""The losses of examples, as the store reads them."""

import math

import numpy as np
import pytest

from tb_keras_inspect import load_run, records
from tb_keras_inspect.export import columns, npz_file
from tb_keras_inspect.records import Kind
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records.summary import to_value
from tb_keras_inspect.store import NotRecordedError


def value(losses, marks=(), batch_size=None, total=None, **more):
    """A value of one batch: example number n has label n."""
    losses = np.asarray(losses, np.float32)
    values = np.stack([losses, np.arange(len(losses))], axis=1)
    size = len(losses) if batch_size is None else batch_size
    total = float(losses.sum()) if total is None else total
    message = records.encode_sample_loss(
        1, ["loss", "label"], values, np.array(marks, np.uint64), size, total, **more
    )
    return to_value(Kind.SAMPLE_LOSS, message)


@pytest.fixture
def run(tmp_path, writer):
    writer.write(0, value([1, 2, 5], [7, 8, 9]), writer.numbers(Kind.STEP, 0, loss=1, epoch=0))
    writer.write(4, value([4, 1], [9, 7], 10, 20), writer.numbers(Kind.STEP, 4, loss=1, epoch=2))
    writer.write(6, value([0, math.nan]))
    return load_run(tmp_path / "a")


def test_there_is_a_row_for_each_time_that_an_example_was_seen(run):
    samples = run.samples()
    assert samples.steps.tolist() == [0, 0, 0, 4, 4, 6, 6]
    assert samples.epochs.tolist() == [0, 0, 0, 2, 2, -1, -1]
    assert samples.fingerprints.tolist() == [7, 8, 9, 9, 7, 0, 0]
    assert samples.batch_sizes.tolist() == [3, 3, 3, 10, 10, 2, 2]
    np.testing.assert_allclose(samples.share[:5], [1 / 8, 2 / 8, 5 / 8, 4 / 20, 1 / 20])
    assert np.isnan(samples.share[5:]).all()
    assert samples.columns["label"].tolist() == [0, 1, 2, 0, 1, 0, 1]
    assert not samples.salted


def test_one_step_is_one_batch_and_another_is_refused(run):
    assert run.samples(4).loss.tolist() == [4, 1]
    with pytest.raises(NotRecordedError, match="5"):
        run.samples(5)


def test_a_run_without_them_says_so(tmp_path, writer):
    with pytest.raises(NotRecordedError, match="sample_loss"):
        load_run(tmp_path / "a").samples()


def test_all_are_exported(run, tmp_path):
    (block,) = columns.blocks(run, "sample_loss")
    assert list(block)[:4] == ["step", "epoch", "fingerprint", "loss"]
    npz_file.write(tmp_path / "a.npz", run, columns.exportable(run))
    with np.load(tmp_path / "a.npz") as arrays:
        assert arrays["sample_loss/loss"][:5].tolist() == [1, 2, 5, 4, 1]


@pytest.mark.parametrize(
    "change",
    [
        {"columns": ["label"]},
        {"columns": ["loss", "loss"]},
        {"values": b"123"},
        {"fingerprints": b"12345678"},
        {"batch_size": 2},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_cannot_be_right_is_skipped_and_named(tmp_path, writer, change):
    good = dict(version=1, columns=["loss"], values=b"\0" * 12, batch_size=3)
    writer.write(0, to_value(Kind.SAMPLE_LOSS, pb.SampleLossRecord(**good | change)))
    run = load_run(tmp_path / "a")
    assert len(run.samples()) == 0
    assert any("sample_loss" in text for text in run.problems)
