"""Layer outputs and probe samples through the wire and back."""

import numpy as np
import pytest

from tb_keras_inspect.records import decode_map, decode_map_index, decode_probe
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.training.probe.pictures.map_encoding import (
    encode_inputs,
    encode_maps,
    reduce_output,
)
from tb_keras_inspect.training.probe.pictures.map_sizes import Size
from tb_keras_inspect.training.probe.pictures.maps import view_of

pytestmark = pytest.mark.any_backend


def array(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def round_trip(x, size, channels_first=False, channels=None):
    view = view_of(x.shape, channels_first)
    item = reduce_output("layer", x, view, size, channels)
    _, record = encode_maps(7, [item], [])
    return item, decode_map(record.SerializeToString())


def assert_within_half_a_step(decoded, want):
    """`want`: [S, C, H, W]. A little more than half a step, for float32 rounding."""
    step = decoded.scale[:, :, None, None]
    slack = 1e-6 * np.abs(want).max()
    assert np.all(np.abs(decoded.values - want) <= 0.501 * step + slack)


@pytest.mark.parametrize("channels_first", [False, True])
def test_images_come_back_within_half_a_quantisation_step(channels_first):
    x = array((3, 6, 5, 4))
    stored = np.moveaxis(x, -1, 1) if channels_first else x
    _, decoded = round_trip(np.ascontiguousarray(stored), Size(4, (1, 1)), channels_first)
    assert decoded.layout == "image"
    assert decoded.full_shape == stored.shape
    assert_within_half_a_step(decoded, np.moveaxis(x, -1, 1))


def test_selected_channels_are_those_of_highest_variance_and_the_dead_are_marked():
    x = array((2, 4, 4, 10)) * np.arange(10, dtype=np.float32)  # channel 0 is dead
    item, decoded = round_trip(x, Size(5, (1, 1)))
    assert decoded.channels.tolist() == [0, 6, 7, 8, 9]
    assert decoded.dead.tolist() == [True, False, False, False, False]
    assert_within_half_a_step(decoded, np.moveaxis(x[..., item.channels], -1, 1))


def test_chosen_channels_are_kept_whatever_their_variance():
    x = array((2, 4, 4, 10))
    _, decoded = round_trip(x, Size(2, (1, 1)), channels=np.array([3, 4], np.int32))
    assert decoded.channels.tolist() == [3, 4]
    assert_within_half_a_step(decoded, np.moveaxis(x[..., 3:5], -1, 1))


def test_non_finite_values_are_kept_as_such():
    x = array((2, 4, 4, 2))
    x[0, 1, 2, 0], x[1, 0, 0, 1] = np.nan, np.inf
    _, decoded = round_trip(x, Size(2, (1, 1)))
    want = np.moveaxis(x, -1, 1)
    assert np.array_equal(np.isnan(decoded.values), ~np.isfinite(want))
    assert (decoded.codes == 255).sum() == 2


def test_a_layer_that_is_nan_everywhere_still_selects_and_encodes():
    _, decoded = round_trip(np.full((2, 4, 4, 9), np.nan, np.float32), Size(3, (2, 2)))
    assert decoded.codes.shape == (2, 3, 2, 2)
    assert np.all(decoded.codes == 255)
    assert not decoded.dead.any()


def test_the_index_names_maps_in_order_and_lists_what_is_left_out():
    items = [
        reduce_output(name, array((1, 3)), view_of((1, 3)), Size(1, (1, 1))) for name in ("b", "a")
    ]
    left_out = pb.Omission(name="c", what="maps", reason="of type int32")
    index, *records = encode_maps(7, items, [left_out])
    index = decode_map_index(index.SerializeToString())
    assert list(index.names) == ["b", "a"] == [r.name for r in records]
    assert list(index.omissions) == [left_out]
    assert index.model == 7


def decoded_inputs(labels=None, **inputs):
    return decode_probe(encode_inputs(7, list(inputs.items()), labels).SerializeToString())


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("channels_first", [False, True])
def test_pictures_are_recorded_as_pictures_in_their_own_range(channels, channels_first):
    images = np.random.default_rng(0).integers(0, 256, (4, 9, 8, channels)).astype(np.uint8)
    given = np.moveaxis(images, -1, 1) if channels_first else images
    (decoded,) = decoded_inputs(x=given).inputs
    assert decoded.layout == "rgb"
    assert decoded.codes.shape == (4, channels, 9, 8)
    assert np.abs(decoded.values - np.moveaxis(images.astype(float), -1, 1)).max() < 0.51


def test_a_large_picture_is_averaged_to_at_most_256_by_256():
    (decoded,) = decoded_inputs(x=np.ones((1, 512, 300, 3), np.float32)).inputs
    assert decoded.codes.shape == (1, 3, 256, 150)
    assert decoded.full_shape == (1, 512, 300, 3)


def test_other_inputs_are_sequences_rows_and_multi_channel_images():
    inputs = {
        "a": array((2, 7)),
        "b": array((2, 5, 6)),
        "c": array((2, 5, 6, 7)),
        "d": np.array(["x", "y"]),
    }
    probe = decoded_inputs(**inputs)
    assert [(m.name, m.layout) for m in probe.inputs] == [
        ("a", "vector"),
        ("b", "sequence"),
        ("c", "image"),
    ]


def test_token_ids_survive_up_to_254_apart():
    ids = np.random.default_rng(0).integers(0, 255, (3, 20))
    probe = decoded_inputs(x=ids)
    assert np.array_equal(np.round(probe.inputs[0].values[:, 0, 0]), ids)


def test_labels_go_along_exactly():
    labels = np.array([[1.5], [2.25], [np.nan]], np.float32)
    assert np.array_equal(decoded_inputs(labels, x=array((3, 4))).labels, labels, equal_nan=True)
    assert decoded_inputs(x=array((3, 4))).labels is None
