"""The combined statistics of the parts of a batch are those of the whole batch."""

import numpy as np
import pytest

from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.catalog.tensor_statistics import OUTPUT_STATISTICS, RANGE_STATISTICS
from tb_keras_inspect.training.processes.replicas import COUNT, combine_replicas
from tb_keras_inspect.training.reduce.layout import Layout, Section, SiteKey
from tests.training.references import statistics_of

SITE = SiteKey("hidden", 0, 0, (None, 3), 1, 3, "sigmoid")
COLUMNS = OUTPUT_STATISTICS


def row_of(part):
    """What a replica says of a layer output: the statistics, the saturated share, the count."""
    with np.errstate(all="ignore"):
        if not part.size:
            return [*[np.nan] * (len(COLUMNS) - 1), np.nan, 0]
        saturated = np.mean(part > 0.9)
        found = statistics_of(part) | {"saturated_fraction": saturated, COUNT: part.size}
    return [found[name] for name in (*COLUMNS, COUNT)]


def section(kind, columns, rows, width=None):
    return Section(kind, tuple(columns), tuple(rows), len(rows) * (width or len(columns)))


def combined(sections, rows):
    """`combine_replicas` of vectors made of rows of numbers."""
    vectors = np.array([[0.0, *row] for row in rows], np.float32)
    return combine_replicas(Layout(tuple(sections)), vectors)


def parts_of(*sizes, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(rng.normal(), 1.0, (size, 3)).clip(0) for size in sizes]


@pytest.mark.parametrize("sizes", [(4, 4), (2, 1), (3, 0), (1, 5, 2), (4,)])
def test_activations_are_weighted_by_elements(sizes):
    parts = parts_of(*sizes)
    rows = [row_of(part) for part in parts]
    layout, views = combined([section(Kind.ACTIVATION, (*COLUMNS, COUNT), [SITE])], rows)
    expected = row_of(np.concatenate(parts))[:-1]
    np.testing.assert_allclose(views[Kind.ACTIVATION][0], expected, rtol=1e-5, atol=1e-6)
    assert layout.sections[0].statistics == COLUMNS
    assert layout.sections[0].size == len(COLUMNS)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_value_that_is_not_finite_is_kept(bad):
    good, broken = parts_of(4, 4)
    broken[0, 0] = bad
    with np.errstate(invalid="ignore"):
        rows = [row_of(good), row_of(broken)]
    _, views = combined([section(Kind.ACTIVATION, (*COLUMNS, COUNT), [SITE])], rows)
    found = dict(zip(COLUMNS, views[Kind.ACTIVATION][0], strict=True))
    assert found["nonfinite_count"] == 1
    for name in ("l2", "mean", "std", "max_abs"):
        assert not np.isfinite(found[name]), name


def test_a_batch_without_samples_on_any_replica_is_nan():
    rows = [row_of(part) for part in parts_of(0, 0)]
    _, views = combined([section(Kind.ACTIVATION, (*COLUMNS, COUNT), [SITE])], rows)
    assert np.isnan(views[Kind.ACTIVATION]).all()


def test_the_range_of_inputs_is_that_of_all_parts():
    parts = parts_of(3, 1, seed=2)
    rows = []
    for part in parts:
        found = statistics_of(part) | {"min": part.min(), "max": part.max(), COUNT: part.size}
        found["hash"] = 7
        rows.append([found[name] for name in (*RANGE_STATISTICS, COUNT)])
    _, views = combined([section(Kind.INPUT, (*RANGE_STATISTICS, COUNT), ["features"])], rows)
    whole = np.concatenate(parts)
    expected = statistics_of(whole) | {"min": whole.min(), "max": whole.max(), "hash": 14}
    received = dict(zip(RANGE_STATISTICS, views[Kind.INPUT][0], strict=True))
    for name, value in received.items():
        np.testing.assert_allclose(value, expected[name], rtol=1e-5, err_msg=name)


def test_the_loss_is_a_mean_over_samples_and_other_numbers_are_those_of_any_replica():
    columns = ("learning_rate", "loss", COUNT)
    _, views = combined(
        [section(Kind.STEP, columns, [""])], [[0.1, 1.0, 3], [0.1, 5.0, 1], [0.1, np.nan, 0]]
    )
    np.testing.assert_allclose(views[Kind.STEP], [[0.1, 2.0]], rtol=1e-6)


def test_units_are_the_maximum_and_histograms_the_sum_over_replicas():
    units = section(Kind.UNITS, (), [SITE], 3)
    counts = section(Kind.ACTIVATION_HISTOGRAM, (), [SITE], 2)
    empty = [-np.inf] * 3  # the largest of nothing
    _, views = combined([units, counts], [[1, 0, 5, 7, 1], [2, 0, 4, 0, 3], [*empty, 0, 0]])
    np.testing.assert_array_equal(views[Kind.UNITS], [2, 0, 5])
    np.testing.assert_array_equal(views[Kind.ACTIVATION_HISTOGRAM], [[7, 4]])


@pytest.mark.parametrize("kind", [Kind.GRADIENT, Kind.WEIGHT, Kind.UPDATE])
def test_parameters_are_taken_from_any_replica(kind):
    layout, views = combined([section(kind, ("l2",), ["a", "b"])], [[1, 2], [1, 2]])
    np.testing.assert_array_equal(views[kind], [[1], [2]])
    assert layout.sections[0].rows == ("a", "b")
