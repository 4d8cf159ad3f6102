"""unlike_good_runs: where a run leaves the range of good runs, and what cannot be compared."""

import functools

import numpy as np
import pytest

from tb_keras_inspect.catalog.problems import PROBLEMS
from tb_keras_inspect.diagnosis import GoodRuns, diagnose
from tb_keras_inspect.records import Kind
from tb_keras_inspect.store.errors import StoreError
from tests.diagnosis.synthetic import Run, chain

SAMPLES, EVERY = 60, 5


def run(seed: int, model=None) -> Run:
    """A run whose numbers scatter, all of them by some percent; kernels start alike, biases do not."""
    made = Run(model or chain(), samples=SAMPLES, every=EVERY)
    rng = np.random.default_rng(seed)
    for kind, table in made.tables.items():
        rows = rng.normal(size=(1, table.shape[1], 1))
        noise = rng.normal(size=table.shape)
        table *= 1 + 0.02 * rows + (0.0 if kind is Kind.WEIGHT else 0.05) * noise
    made.loss(np.linspace(2.3, 0.1, SAMPLES) * (1 + 0.05 * rng.normal(size=SAMPLES)))
    return made


@functools.cache
def good(count: int = 5) -> GoodRuns:
    return GoodRuns([run(seed).data for seed in range(count)])


def found(made: Run, against=None, **thresholds):
    """What `diagnose` finds, of this problem, in variants that the catalogue lists."""
    findings = diagnose(made.data, thresholds, against=against or good())
    own = [item for item in findings.flat() if item.problem == "unlike_good_runs"]
    assert {item.variant for item in own} <= set(PROBLEMS["unlike_good_runs"].variants)
    return own


def test_further_good_runs_are_inside_the_range():
    assert [found(run(seed)) for seed in range(100, 112)] == [[]] * 12


def test_without_good_runs_nothing_is_compared_and_nothing_could_not_look():
    alone, compared = (diagnose(run(9).data, against=x).verdict for x in (None, good()))
    assert compared.passed == alone.passed + 1
    assert "good" not in alone.text


def test_a_number_that_leaves_the_range_is_named_with_its_layer_and_step():
    made = run(9)
    made.tables[Kind.UPDATE][30:, 2, :] *= 1.5
    (finding,) = found(made)
    assert (finding.variant, finding.severity) == ("update", "warning")
    assert abs(finding.first_step - 30 * EVERY) <= 0.05 * SAMPLES * EVERY
    assert finding.where.layers == ["dense_1"]
    assert finding.where.variables == ["dense_1/kernel"]
    assert "dense_1/kernel has left the range of 5 good runs since step" in finding.title
    assert finding.ongoing
    assert "optimizer" in finding.advice[-1].text
    assert finding.to_dict()["evidence"][0]["row"] == "dense_1/kernel"


def test_what_began_earlier_comes_first():
    made = run(9)
    made.tables[Kind.ACTIVATION][20:, 3, :] *= 2.0
    made.tables[Kind.GRADIENT][40:, 0, :] *= 9.0
    (finding,) = found(made)
    assert finding.variant == "activation"
    assert finding.where.layers == ["dense_3"]


def test_at_the_first_step_weights_come_before_what_follows_from_them():
    made = run(9)
    made.tables[Kind.WEIGHT][:, 0, :] *= 1.5
    made.tables[Kind.ACTIVATION][:, :, :] *= 3.0
    (finding,) = found(made)
    assert finding.variant == "weight"
    assert "dense_0/kernel has left the range of 5 good runs from the start" in finding.title


def test_data_comes_before_what_follows_from_it():
    made = run(9)
    made.set(Kind.INPUT, "std", 3.0)
    made.tables[Kind.ACTIVATION][:, 0, :] *= 3.0
    (finding,) = found(made)
    assert finding.variant == "input"


def test_a_difference_that_is_over_is_not_ongoing():
    made = run(9)
    made.tables[Kind.GRADIENT][10:25, 0, :] *= 9.0
    (finding,) = found(made)
    assert not finding.ongoing


def test_the_margin_can_be_changed():
    made = run(9)
    made.tables[Kind.UPDATE][30:, 2, :] *= 1.5
    assert found(made, good_run_margin=100.0) == []


def test_settings_that_differ_are_told():
    made = run(9, chain(**{"optimizer.momentum": "0.5"}))
    reference = GoodRuns(
        [run(seed, chain(**{"optimizer.momentum": "0.9"})).data for seed in range(5)]
    )
    (finding,) = found(made, reference)
    assert (finding.variant, finding.severity) == ("settings", "note")
    assert "optimizer.momentum is 0.5, not 0.9" in finding.cause
    made.tables[Kind.UPDATE][30:, 2, :] *= 1.5
    (finding,) = found(made, reference)
    assert finding.severity == "warning"
    assert "optimizer.momentum is 0.5, not 0.9" in finding.cause
    assert finding.advice[0].text.startswith("Set optimizer.momentum to 0.9 again")


def test_an_odd_run_among_the_good_ones_is_pointed_out():
    odd = run(4)
    odd.tables[Kind.WEIGHT][:, 0, :] *= 5.0
    reference = GoodRuns([*(run(seed).data for seed in range(4)), odd.data])
    (finding,) = found(run(9), reference)
    assert (finding.variant, finding.severity) == ("odd_good_run", "note")


def test_layers_may_be_numbered_otherwise():
    made = run(9)
    for number, (layer, site) in enumerate(zip(made.model.layers, made.model.sites, strict=True)):
        layer.path = site.name = f"dense_{number + 7}"
    for variable in made.model.variables:
        variable.path = f"dense_{variable.layer + 7}/{variable.path.split('/')[1]}"
    assert found(made) == []


def test_a_variable_that_is_missing_is_left_out():
    model = chain()
    del model.variables[2:4]
    assert all(item.rank == 0 for item in found(run(9, model)))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_good_runs_are_refused(count):
    runs = [run(seed).data for seed in range(count)]
    with pytest.raises(ValueError, match=f"at least 3 good runs, better 5. Received {count}"):
        diagnose(run(9).data, against=runs)


def test_one_run_is_not_taken_for_several():
    with pytest.raises(ValueError, match="Received 1"):
        diagnose(run(9).data, against=run(1).data)


def test_runs_of_another_script_are_refused():
    other = run(9, chain(layers=9))
    for layer, site in zip(other.model.layers, other.model.sites, strict=True):
        layer.path = site.name = site.name.replace("dense", "conv")
    for variable in other.model.variables:
        variable.path = variable.path.replace("dense", "conv")
    with pytest.raises(ValueError, match="has other layers than the good run"):
        diagnose(other.data, against=good())
    with pytest.raises(ValueError, match="has other layers than the good run"):
        GoodRuns([*good().runs[:3], other.data])


def test_a_run_without_a_common_kind_is_refused():
    made = Run(chain(), samples=SAMPLES, every=EVERY)
    made.tables = {}
    made.step = {"dead_window": np.ones(SAMPLES)}
    with pytest.raises(ValueError, match="no kind of record in common with the good runs"):
        diagnose(made.data, against=good())


def test_a_good_run_with_too_few_samples_is_refused():
    short = Run(chain(), samples=3)
    with pytest.raises(StoreError, match="has 3 sampled steps; at least 5 are needed"):
        GoodRuns([*good().runs[:3], short.data])
