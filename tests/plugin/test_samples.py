"""The route of single examples, against the reader of the files."""

import numpy as np
import pytest

from tb_keras_inspect import load_run, records
from tb_keras_inspect.records import Kind
from tb_keras_inspect.records.summary import to_value
from tests.plugin.serving import Client
from tests.store.run_writer import RunWriter

BATCH = 30


@pytest.fixture(scope="module")
def logdir(tmp_path_factory):
    """Three steps; the example 7 is in two of them, with nearly all of the loss."""
    directory = tmp_path_factory.mktemp("logs")
    writer = RunWriter(directory / "a")
    writer.write_model(0)
    for step in (0, 10, 20):
        values = np.stack([np.linspace(0.1, 0.2, BATCH), np.arange(BATCH) % 10], axis=1)
        marks = np.arange(1, BATCH + 1, dtype=np.uint64) + 100 * (step + 1)
        if step:
            values[3], marks[3] = (np.nan if step == 20 else 40, 5), 7
        batch = records.encode_sample_loss(
            1, ["loss", "label"], values, marks, BATCH, values[:, 0].sum()
        )
        writer.write(step, to_value(Kind.SAMPLE_LOSS, batch))
    picture = np.arange(8.0).reshape(2, 1, 2, 2)
    maps = [records.encode_map(1, "x", picture, [0], (2, 2, 2, 1), [False], "rgb")]
    inputs = records.encode_sample_inputs(1, [6, 7], maps, {"title": ["a", "b"]})
    writer.write(10, to_value(Kind.SAMPLE_INPUT, inputs))
    writer.close()
    return directory


@pytest.mark.parametrize(("asked", "step"), [(None, 20), (20, 20), (19, 10), (-3, 0)])
def test_the_worst_examples_of_a_step(logdir, asked, step):
    given = {} if asked is None else {"step": asked}
    meta, arrays = Client(logdir).container("samples", run="a", **given)
    want = load_run(logdir / "a").samples(step)
    losses = [value if np.isfinite(value) else np.inf for value in want.loss.tolist()]
    order = sorted(range(BATCH), key=lambda row: -losses[row])[:20]
    assert (meta["step"], meta["batch_size"]) == (step, BATCH)
    assert meta["fingerprints"] == [f"{int(want.fingerprints[row]):016x}" for row in order]
    assert meta["columns"] == ["label"]
    np.testing.assert_array_equal(arrays["loss"], want.loss[order])
    np.testing.assert_array_equal(arrays["share"], want.share[order].astype("float32"))
    np.testing.assert_array_equal(arrays["column0"], want.columns["label"][order])
    assert ("carries" in meta["summary"]) == (step == 10)


def test_each_of_them_over_the_run_and_the_range_of_losses(logdir):
    meta, arrays = Client(logdir).container("samples", run="a", step=10)
    assert meta["fingerprints"][0] == f"{7:016x}"
    np.testing.assert_array_equal(arrays["example0/steps"], [10, 20])
    np.testing.assert_array_equal(arrays["example0/loss"], np.float32([40, np.nan]))
    np.testing.assert_array_equal(arrays["steps"], [0, 10, 20])
    np.testing.assert_array_equal(arrays["highest"], np.float32([0.2, 40, np.nan]))
    np.testing.assert_allclose(arrays["median"][0], 0.15, rtol=1e-6)
    np.testing.assert_allclose(arrays["lowest"][:2], 0.1, rtol=1e-6)


def test_the_inputs_of_an_example_are_there_whenever_it_is_seen(logdir):
    for step in (10, 20):
        meta, arrays = Client(logdir).container("samples", run="a", step=step)
        (picture, title), *others = meta["inputs"]
        assert (picture["name"], picture["layout"]) == ("x", "rgb")
        assert title == {"name": "title", "text": "b"}
        assert not any(others)
        scale, offset = arrays["example0/input0/scale"], arrays["example0/input0/offset"]
        values = (
            offset[:, :, None, None] + scale[:, :, None, None] * arrays["example0/input0/codes"]
        )
        np.testing.assert_allclose(values.reshape(-1), [4, 5, 6, 7], atol=0.02)
        np.testing.assert_allclose(
            load_run(logdir / "a").sample_inputs(7)["x"][..., 0], values[0, 0], rtol=1e-6
        )
