"""`scalars` of `record`: the headline numbers as TensorBoard's own reader of scalars sees them."""

import keras
import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.scalar import metadata

from tb_keras_inspect import InspectCallback, load_run
from tb_keras_inspect.training.samples.headline import DESCRIPTIONS, TAG_PREFIX
from tests.training import model_zoo as zoo

TAGS = {TAG_PREFIX + name for name in DESCRIPTIONS}


def recorded(tmp_path, **options):
    """What TensorBoard reads as scalars, by tag: steps and values."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(3)
    callback = InspectCallback(tmp_path, every=1, maps_every=0, **options)
    zoo.fit(zoo.mlp(optimizer=keras.optimizers.SGD(0.1)), callback, epochs=1)
    accumulator = EventAccumulator(str(tmp_path)).Reload()
    found = {}
    for tag in accumulator.PluginTagToContent(metadata.PLUGIN_NAME) if tagged(accumulator) else ():
        events = accumulator.Tensors(tag)
        values = [np.float32(event.tensor_proto.float_val[0]) for event in events]
        found[tag] = np.array([event.step for event in events]), np.array(values)
    return found


def tagged(accumulator) -> bool:
    return any(tag in TAGS for tag in accumulator.Tags()["tensors"])


def norm(columns):
    return np.sqrt(np.square(columns, dtype=np.float64).sum(axis=1))


@pytest.mark.any_backend
def test_they_are_what_the_tables_say_and_no_reader_of_ours_minds_them(tmp_path):
    found = recorded(tmp_path, record={"scalars": True})
    assert set(found) == TAGS
    run = load_run(tmp_path)
    tables = {kind: run.table(kind) for kind in ("gradient", "update", "weight")}
    l2 = {kind: norm(table.select("l2")) for kind, table in tables.items()}
    wanted = {
        "gradient_norm": l2["gradient"],
        "update_ratio": l2["update"] / l2["weight"],
        "dead_share": np.concatenate([run.units(s).dead for s in run.units_at().names], 1).mean(1),
    }
    for name, values in wanted.items():
        steps, numbers = found[TAG_PREFIX + name]
        assert steps.tolist() == tables["gradient"].steps.tolist()
        np.testing.assert_allclose(numbers, values, rtol=1e-5, err_msg=name)
    assert run.problems == []
    assert {scalars.tag for scalars in run.scalars} == TAGS, "our own reader takes them for scalars"


@pytest.mark.any_backend
@pytest.mark.slow
def test_what_is_not_recorded_is_not_written(tmp_path):
    found = recorded(tmp_path, record={"scalars": True, "units": False, "updates": False})
    assert set(found) == {TAG_PREFIX + "gradient_norm"}


@pytest.mark.any_backend
@pytest.mark.slow
def test_without_the_option_there_are_none(tmp_path):
    assert recorded(tmp_path) == {}


@pytest.mark.any_backend
def test_an_option_that_is_no_truth_value_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"`scalars` must be True or False\. Received: scalars=1"):
        InspectCallback(tmp_path, record={"scalars": 1})
