"""Summary values and events as TensorBoard's loaders want them."""

import numpy as np
import pytest
from tensorboard.compat.proto import summary_pb2, types_pb2

from tb_keras_inspect import records
from tb_keras_inspect.catalog.kind_facts import Form
from tb_keras_inspect.catalog.kinds import (
    HISTOGRAM_KINDS,
    PLUGIN_NAME,
    TABLE_KINDS,
    Kind,
)
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records.summary import to_event, to_value

pytestmark = pytest.mark.core

MESSAGE = records.encode_table(1, ["l2"], np.ones((2, 1)))


@pytest.mark.parametrize("kind", Kind)
def test_a_value_has_its_tag_its_plugin_and_the_data_class_that_loaders_deliver(kind):
    value = to_value(kind, MESSAGE)
    assert value.tag == f"keras_inspect/{kind.value}" == kind.tag
    metadata = value.metadata
    assert metadata.plugin_data.plugin_name == PLUGIN_NAME
    content = pb.TagMetadata.FromString(metadata.plugin_data.content)
    assert (content.version, content.kind) == (records.SCHEMA_VERSION, kind.value)
    blob = kind.facts.form in (Form.PICTURES, Form.CURVES, Form.PROBE)
    assert metadata.data_class == (
        summary_pb2.DATA_CLASS_BLOB_SEQUENCE if blob else summary_pb2.DATA_CLASS_TENSOR
    )
    assert value.tensor.dtype == types_pb2.DT_STRING
    assert [d.size for d in value.tensor.tensor_shape.dim] == ([1] if blob else [])
    assert list(value.tensor.string_val) == [MESSAGE.SerializeToString()]


def test_a_blob_sequence_keeps_the_order_of_its_messages():
    index = records.encode_map_index(1, ["a", "b"])
    value = to_value(Kind.MAPS, index, MESSAGE, MESSAGE)
    assert [d.size for d in value.tensor.tensor_shape.dim] == [3]
    assert value.tensor.string_val[0] == index.SerializeToString()


@pytest.mark.parametrize(
    ("kind", "count"), [(Kind.GRADIENT, 0), (Kind.GRADIENT, 2), (Kind.MAPS, 0)]
)
def test_a_wrong_number_of_messages_is_refused(kind, count):
    with pytest.raises(ValueError, match=rf"{kind.value}.*Received: {count}"):
        to_value(kind, *[MESSAGE] * count)


def test_an_event_holds_all_values_of_its_step():
    event = to_event(17, 3.5, [to_value(Kind.STEP, MESSAGE), to_value(Kind.WEIGHT, MESSAGE)])
    assert (event.step, event.wall_time) == (17, 3.5)
    assert [v.tag for v in event.summary.value] == ["keras_inspect/step", "keras_inspect/weight"]


OTHERS = {
    *(Kind.UNITS, Kind.MODEL, Kind.CONTROL, Kind.FINDING),
    *(Kind.SAMPLE_LOSS, Kind.SAMPLE_INPUT),
}


def test_every_kind_is_a_table_a_histogram_a_blob_sequence_or_one_of_six_others():
    for kind in Kind:
        groups = [
            kind.is_table,
            kind in HISTOGRAM_KINDS,
            kind.is_blob_sequence,
            kind in OTHERS,
        ]
        assert sum(groups) == 1, kind
        assert kind.is_table == (kind in TABLE_KINDS)


def test_the_histogram_of_a_kind_is_found_or_refused():
    assert Kind.GRADIENT.histogram is Kind.GRADIENT_HISTOGRAM
    assert {k.histogram for k in Kind if k.value + "_histogram" in [h.value for h in Kind]} == set(
        HISTOGRAM_KINDS
    )
    with pytest.raises(ValueError, match="step_histogram"):
        _ = Kind.STEP.histogram
