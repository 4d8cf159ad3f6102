"""A step that breaks between two sampled ones is noticed, kept, and does the same again."""

import contextlib
import io
import json
import warnings

import numpy as np
import pytest

from tb_keras_inspect.callback import InspectWarning
from tb_keras_inspect.replay.incident import IncidentError, read
from tb_keras_inspect.replay.replay import replay
from tests.training.incidents.test_incidents import BATCH, BROKEN, data, fit, kept, made, picky

pytestmark = [pytest.mark.slow, pytest.mark.one_compiler]
ALL = {"every": 1000, "incidents": {"steps": "all"}}  # the first step alone is sampled


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The directory of a run with a step that breaks, and what was printed."""
    log_dir, printed, plain = tmp_path_factory.mktemp("run"), io.StringIO(), made()
    x, y = data()
    plain.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0)
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("error", InspectWarning)
        model = fit(log_dir, **ALL)
    for with_it, without in zip(model.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(with_it, without)
    return log_dir, printed.getvalue()


def test_the_step_is_kept_with_the_batches_before_it_and_does_the_same_again(run):
    log_dir, printed = run
    assert kept(log_dir) == [f"step_{BROKEN:06d}"]
    assert f"step {BROKEN}: the loss is not finite. It is kept in " in printed
    path = log_dir / "incidents" / f"step_{BROKEN:06d}"
    about = json.loads((path / "incident.json").read_text())
    assert (about["kind"], about["missing"]) == ("non_finite", [])
    assert [item["step"] for item in about["earlier"]] == [BROKEN - 2, BROKEN - 1]
    x, _ = data()
    for step, file in ((BROKEN, "batch"), (BROKEN - 1, f"batch_{BROKEN - 1:06d}")):
        with np.load(path / f"{file}.npz") as arrays:
            np.testing.assert_array_equal(arrays["0"], x[step * BATCH : (step + 1) * BATCH])
    done = replay(read(str(path)))
    assert done.same
    assert done.first.startswith("the operation exp in ")


@pytest.mark.any_backend
def test_of_a_large_model_the_batches_stay(tmp_path, monkeypatch):
    monkeypatch.setattr("tb_keras_inspect.training.incidents.flight_recorder.MOST_STATE", 1e2)
    fit(tmp_path, **ALL)
    assert kept(tmp_path) == [f"step_{BROKEN:06d}"]
    with pytest.raises(IncidentError, match="Missing: weights and optimizer state: they take "):
        read(str(tmp_path / "incidents" / f"step_{BROKEN:06d}"))


def test_a_step_that_raises_is_kept(tmp_path):
    with pytest.raises(ArithmeticError, match="too large"):
        fit(tmp_path, picky(), **ALL)
    assert kept(tmp_path) == [f"step_{BROKEN:06d}"]
    assert "too large" in replay(read(str(tmp_path / "incidents" / f"step_{BROKEN:06d}"))).raised


@pytest.mark.any_backend
def test_what_breaks_again_after_it_was_taken_back_is_kept_too(tmp_path):
    x, y = data()
    x[3 * BATCH] = 1e4
    fit(tmp_path, xy=(x, y), recovery={"on_nonfinite": "skip"}, **ALL)
    assert kept(tmp_path) == ["step_000003", f"step_{BROKEN:06d}"]
