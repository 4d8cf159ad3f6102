import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tb_keras_inspect import load_run
from tb_keras_inspect.store.tables.units import dead_units
from tests.store.run_writer import RunWriter, make_model

magnitudes = hnp.arrays(
    np.float32,
    st.tuples(st.integers(1, 12), st.integers(0, 4)),
    elements=st.sampled_from([0, 0, 0, 1, np.nan]),
)


@given(magnitudes, st.data())
def test_dead_means_zero_in_every_sample_of_the_window(max_abs, data):
    samples = len(max_abs)
    starts = np.array([data.draw(st.integers(0, i)) for i in range(samples)])
    slow = [
        [
            all(max_abs[i, unit] == 0 for i in range(starts[t], t + 1))
            for unit in range(max_abs.shape[1])
        ]
        for t in range(samples)
    ]
    got = dead_units(np.arange(samples), max_abs, starts)
    assert got.shape == max_abs.shape
    assert got.tolist() == slow


def test_a_unit_dies_when_its_last_sign_of_life_leaves_the_window_and_can_revive(tmp_path):
    writer = RunWriter(tmp_path, make_model(["a"], units=2, steps_per_epoch=20))
    writer.write_model(0)
    alive = [1, 1, 0, 0, 0, 0, 1]
    for index, value in enumerate(alive):
        writer.write(index * 10, writer.units({0: np.array([1.0, value])}))
    writer.close()
    units = load_run(tmp_path).units("a")
    # 20 steps hold two samples, 10 apart.
    assert units.dead[:, 1].tolist() == [False, False, False, True, True, True, False]
    assert not units.dead[:, 0].any()
    assert units.window_samples.tolist() == [1, 2, 2, 2, 2, 2, 2]
    assert "20 steps" in units.window


def test_counts_at_one_step(tmp_path):
    writer = RunWriter(tmp_path, make_model(["a", "b", "c"], units=3, steps_per_epoch=2))
    writer.write_model(0)
    writer.write(0, writer.units({0: [0, 0, 1], 2: [0, 0, 0]}))
    writer.write(1, writer.units({0: [0, 1, 0], 2: [0, 0, 0]}))
    writer.write(5, writer.units({0: [0, 0, 0], 2: [0, np.nan, 0]}))
    writer.close()
    run = load_run(tmp_path)
    found = run.units_at(4)
    assert (found.step, found.names, found.window_samples) == (1, ["a", "c"], 2)
    assert found.units.tolist() == [3, 3]
    assert found.dead.tolist() == [1, 3]
    newest = run.units_at()
    assert newest.step == 5
    assert newest.dead.tolist() == [3, 2]
    assert run.units_at(-1).step == 0
