import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tb_keras_inspect import compare, load_run
from tb_keras_inspect.store import NotRecordedError, StoreError
from tb_keras_inspect.store.compare import align
from tests.store.run_writer import RunWriter, make_model, write_run

steps_of_runs = st.lists(
    st.lists(st.integers(0, 15), unique=True).map(sorted), min_size=1, max_size=3
)


@given(steps_of_runs)
def test_each_run_shows_its_newest_sample_between_its_first_and_last(steps):
    found = [(np.array(s, np.int64), ["r"], np.array(s, np.float32)[:, None]) for s in steps]
    aligned = align([str(i) for i in range(len(steps))], found, "l2")
    assert aligned.steps.tolist() == sorted({step for s in steps for step in s})
    for index, own in enumerate(steps):
        for column, step in enumerate(aligned.steps):
            before = [s for s in own if s <= step]
            if before and step <= own[-1]:
                assert aligned.sampled[index, column] == before[-1]
                assert aligned.values[index, column, 0] == before[-1]
            else:
                assert aligned.sampled[index, column] == -1
                assert np.isnan(aligned.values[index, column, 0])


@pytest.fixture
def runs(tmp_path):
    write_run(tmp_path / "a", range(0, 40, 10)).close()
    write_run(tmp_path / "b", range(0, 60, 15), layers=("dense", "extra")).close()
    return tmp_path


def test_rows_are_matched_by_name(runs):
    aligned = compare([runs / "a", load_run(runs / "b")]).select("gradient", "l2")
    assert aligned.runs == ["a", "b"]
    assert aligned.steps.tolist() == [0, 10, 15, 20, 30, 45]
    assert aligned.names == [
        *("conv/kernel", "conv/bias", "dense/kernel", "dense/bias"),
        *("extra/kernel", "extra/bias"),
    ]
    dense = aligned.values[:, :, aligned.names.index("dense/bias")]
    np.testing.assert_allclose(dense[0], [0.3, 10.3, 10.3, 20.3, 30.3, np.nan], rtol=1e-6)
    np.testing.assert_allclose(dense[1], [0.1, 0.1, 15.1, 15.1, 30.1, 45.1], rtol=1e-6)
    assert aligned.sampled[1].tolist() == [0, 0, 15, 15, 30, 45]


def test_a_run_without_the_kind_shows_nothing(runs):
    writer = RunWriter(runs / "c", make_model())
    writer.write_model(0)
    writer.close()
    comparison = compare([runs / "a", runs / "c"])
    aligned = comparison.select("gradient", "l2")
    assert np.isnan(aligned.values[1]).all()
    assert comparison.kinds == {"model"}
    with pytest.raises(NotRecordedError, match="gradient"):
        comparison.select("update", "l2")
    with pytest.raises(NotRecordedError, match="median"):
        comparison.select("gradient", "median")


def test_the_loss_is_compared_on_the_same_axis(runs):
    aligned = compare([runs / "a", runs / "b"]).loss
    np.testing.assert_allclose(aligned.values[0, :2, 0], [1, 1 / 11], rtol=1e-6)
    assert aligned.names == ["loss"]


def test_runs_of_the_same_name_are_numbered(runs):
    assert compare([runs / "a", runs / "a"]).select("step", "loss").runs == ["a", "a (2)"]


def test_nothing_to_compare_is_refused():
    with pytest.raises(StoreError, match="Received: none"):
        compare([])
