"""Breakpoints without a training run: samples go in, what was reached comes out."""

import numpy as np
import pytest

from tb_keras_inspect import records
from tb_keras_inspect.catalog.commands import CommandError
from tb_keras_inspect.records import DecodedTable, Kind
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.training.samples.sample import Sample
from tb_keras_inspect.training.steering.breakpoints import (
    FINDING,
    NONFINITE,
    STATISTIC,
    STEP,
    Breakpoints,
)
from tb_keras_inspect.training.steering.sample_rows import SampleRows, nonfinite_in

pytestmark = pytest.mark.any_backend

MODEL = records.seal_model(
    pb.ModelRecord(
        variables=[pb.Variable(path=f"{name}/kernel", layer=-1) for name in "ab"],
    )
)


def table(model, statistics, values, names=()):
    rows = np.arange(len(values), dtype=np.int32)
    return DecodedTable(model, tuple(statistics), rows, np.asarray(values, "f4"), names)


def sample(step, gradients, bad=(0, 0), loss=1.0, **more):
    values = np.stack([gradients, bad], axis=1)
    columns = {"loss": loss, **more}
    found = {
        Kind.GRADIENT: table(MODEL.fingerprint, ["l2", "nonfinite_count"], values),
        Kind.STEP: table(0, columns, [list(columns.values())], names=("",)),
    }
    return Sample(step, 0.0, found)


@pytest.fixture
def points():
    points = Breakpoints()
    points.on_sample(Sample(0, 0.0, {Kind.MODEL: MODEL}))
    return points


def statistic(name="b/kernel", side="above", value=10.0, table="gradient", statistic="l2"):
    given = {"table": table, "name": name, "statistic": statistic}
    return given | {"side": side, "value": value}


def test_a_statistic_that_crosses_its_value_is_reached_once(points):
    points.add(STATISTIC, statistic(), 0)
    points.on_sample(sample(5, [99.0, 10.0]))  # another row; not above
    assert not points.is_reached(6)
    assert points.reached_in(sample(5, [0.0, 0.0])) == ""
    crossing = sample(6, [0.0, 10.5])
    points.on_sample(crossing)
    assert points.reached_in(crossing) == "gradient l2 of b/kernel above 10: 10.5"
    assert points.is_reached(7)
    ((item, why),) = points.pop_reached(7)
    assert str(item) == "gradient l2 of b/kernel above 10"
    assert why == "10.5 at step 6"
    points.on_sample(sample(7, [0.0, 11.0]))
    assert points.pop_reached(8) == []


def test_a_number_that_is_none_crosses_nothing_and_an_infinite_one_does(points):
    points.add(STATISTIC, statistic(side="below"), 0)
    points.add(STATISTIC, statistic(), 0)
    points.on_sample(sample(1, [0.0, np.nan]))
    assert points.pop_reached(2) == []
    points.on_sample(sample(2, [0.0, np.inf]))
    ((item, _),) = points.pop_reached(3)
    assert item.arguments["side"] == "above"


def test_rows_and_statistics_that_are_not_there_are_refused(points):
    with pytest.raises(CommandError, match=r"no row 'c/kernel'\. Rows: a/kernel, b/kernel"):
        points.add(STATISTIC, statistic(name="c/kernel"), 0)
    points.on_sample(sample(1, [0.0, 0.0]))
    with pytest.raises(CommandError, match="It has: l2, nonfinite_count"):
        points.add(STATISTIC, statistic(statistic="mean"), 0)


def test_a_step_is_reached_once_and_must_lie_ahead(points):
    points.add(STEP, {"step": 5}, 3)
    assert not points.is_reached(4)
    assert points.is_reached(5)
    assert points.is_reached(6)  # several steps of one execution
    assert len(points.pop_reached(6)) == 1
    with pytest.raises(CommandError, match="must lie after it"):
        points.add(STEP, {"step": 6}, 6)


def test_what_is_not_finite_is_named_in_the_order_of_the_step():
    rows = SampleRows()
    rows.add_model(MODEL)
    found = nonfinite_in(sample(3, [0.0, 0.0], bad=(0, 2), loss=np.nan), rows)
    assert list(found) == ["the loss (nan)", "gradient of b/kernel (2 values)"]
    skipped = sample(4, [0.0, 0.0], bad=(0, 2), loss_scale=1024.0)
    assert list(nonfinite_in(skipped, rows)) == []  # the optimizer skips such a step


def test_the_same_breakpoint_twice_is_one_and_can_be_removed(points):
    first, second = (points.add(NONFINITE, {}, 0) for _ in range(2))
    assert first == second
    assert points.checks_every_step
    points.remove(first.number)
    assert not points.checks_every_step
    with pytest.raises(CommandError, match="no breakpoint 1"):
        points.remove(first.number)


def test_a_finding_is_reached_by_its_problem(points):
    class Found:
        problem, title = "dying_relu", "dead units"

    points.add(FINDING, {"problem": "exploding_gradient"}, 0)
    points.on_finding(Found)
    assert points.pop_reached(1) == []
    points.add(FINDING, {"problem": "dying_relu"}, 0)
    points.on_finding(Found)
    ((item, why),) = points.pop_reached(1)
    assert (str(item), why) == ("finding dying_relu", "dead units")
