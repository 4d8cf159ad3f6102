"""A long training: its log stays under its limit, its memory flat, and all of it can be looked at."""

import gc
import tracemalloc

import numpy as np
import pytest

from benchmarks import long_run
from tb_keras_inspect import load_run

STEPS, MEGABYTES = 60_000, 3


@pytest.mark.parametrize("every", ["auto", 1])
@pytest.mark.parametrize("is_end_known", [True, False])
def test_the_log_keeps_its_limit_and_shows_all_parts(tmp_path, every, is_end_known):
    total = STEPS if is_end_known else None
    run = long_run.LongRun(str(tmp_path), 10, total, MEGABYTES, every)
    run.train(0, STEPS)
    run.close()
    (path,) = tmp_path.glob("*tfevents*")
    assert 0.3 * MEGABYTES * 1e6 < path.stat().st_size <= MEGABYTES * 1e6
    read = load_run(tmp_path)
    steps = read.table("gradient").steps
    assert steps[0] == 0
    assert steps[-1] > 0.95 * STEPS
    assert np.diff(steps).max() < 0.05 * STEPS
    assert read.table("epoch").steps[-1] == STEPS - 1
    assert read.problems == []


def test_memory_does_not_grow_with_the_steps(tmp_path):
    run = long_run.LongRun(str(tmp_path), 10, None, MEGABYTES)
    run.train(0, STEPS // 2)
    gc.collect()
    tracemalloc.start()
    try:
        run.train(STEPS // 2, STEPS // 2 + 1)
        before, held = tracemalloc.get_traced_memory()[0], run.live_diagnosis.held_bytes
        run.train(STEPS // 2 + 1, STEPS)
        run.close()
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    # What the diagnosis looks at is held, up to a limit of its own.
    assert grown - max(run.live_diagnosis.held_bytes - held, 0) < 2e6
