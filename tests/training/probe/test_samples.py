"""What a probe may be, and what is said about one that does not fit."""

import random
import re

import keras
import numpy as np
import pytest
from keras import layers

from tb_keras_inspect.training.probe.samples import ProbeSamples, named

BACKEND = keras.backend.backend()


@pytest.fixture
def model():
    return keras.Sequential([keras.Input((6, 5, 1), name="image"), layers.Flatten()])


@pytest.fixture
def two_inputs():
    first, second = keras.Input((4,), name="a"), keras.Input((3,), dtype="int32", name="b")
    merged = layers.Concatenate()([first, layers.Embedding(9, 1)(second)[..., 0]])
    return keras.Model([first, second], layers.Dense(1)(merged))


def array(*shape):
    return np.random.default_rng(0).normal(size=shape)


class NumberedBatches(keras.utils.PyDataset):
    def __init__(self, sizes):
        super().__init__()
        self.sizes = sizes

    def __len__(self):
        return len(self.sizes)

    def __getitem__(self, index):
        count = self.sizes[index]
        return np.full((count, 6, 5, 1), index, "float32"), np.full((count,), index)


@pytest.mark.parametrize(("probe", "count"), [(None, 4), (1, 1), (16, 16), (np.int64(3), 3)])
def test_nothing_or_a_number_means_samples_of_the_first_batch(model, probe, count):
    samples = ProbeSamples.from_user(probe, model)
    assert samples.needs_batch
    assert samples.count == count
    assert not samples.given


@pytest.mark.parametrize(
    "probe", [0, -1, 17, True, 2.5, "4", b"x", object(), [], {}, np.float32(3)]
)
def test_anything_else_is_refused_with_what_was_received_and_what_is_accepted(model, probe):
    with pytest.raises(ValueError, match=r"probe") as raised:
        ProbeSamples.from_user(probe, model)
    assert "Received" in str(raised.value)


def test_an_array_is_taken_whole_as_the_precision_of_the_model(model):
    x = array(5, 6, 5, 1)
    samples = ProbeSamples.from_user(x, model)
    assert samples.count == 5
    assert samples.given
    assert samples.labels is None
    assert samples.inputs.dtype == np.float32
    np.testing.assert_array_equal(samples.inputs, x.astype(np.float32))


def test_the_samples_are_a_copy(model):
    x = array(2, 6, 5, 1).astype(np.float32)
    samples = ProbeSamples.from_user(x, model)
    x[:] = 0
    assert samples.inputs.any()


def test_whole_numbers_stay_whole_numbers(model):
    images = np.arange(60, dtype=np.uint8).reshape(2, 6, 5, 1)
    assert ProbeSamples.from_user(images, model).inputs.dtype == np.uint8


@pytest.mark.parametrize(
    "convert", [lambda x: x.tolist(), keras.ops.convert_to_tensor], ids=["list", "tensor"]
)
def test_nested_lists_and_tensors_are_arrays_too(model, convert):
    x = array(2, 6, 5, 1).astype(np.float32)
    np.testing.assert_array_equal(ProbeSamples.from_user(convert(x), model).inputs, x)


def test_tensors_of_pytorch_are_taken_under_any_backend(model):
    torch = pytest.importorskip("torch")
    x = torch.ones((2, 6, 5, 1), requires_grad=True)
    assert ProbeSamples.from_user(x, model).inputs.shape == (2, 6, 5, 1)


def test_a_missing_or_extra_channel_axis_is_added_or_dropped_as_keras_does(model):
    assert ProbeSamples.from_user(array(3, 6, 5), model).inputs.shape == (3, 6, 5, 1)
    flat = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
    assert ProbeSamples.from_user(array(3, 4, 1), flat).inputs.shape == (3, 4)


@pytest.mark.parametrize("shape", [(3, 5, 5, 1), (3, 6, 5, 3), (3, 30), (3, 1, 6, 5, 1), (3,)])
def test_a_wrong_shape_names_what_is_expected_and_what_was_received(model, shape):
    received = ", ".join(map(str, shape))
    expected = r"Expected.*'image': \(\?, 6, 5, 1\) float32\. Received: \(" + received
    with pytest.raises(ValueError, match=expected):
        ProbeSamples.from_user(array(*shape), model)


def test_a_free_dimension_takes_any_length():
    model = keras.Sequential([keras.Input((None, None, 3)), layers.Conv2D(2, 1)])
    for side in (5, 9):
        samples = ProbeSamples.from_user(array(2, side, side, 3), model)
        assert samples.inputs.shape == (2, side, side, 3)


def test_a_wrong_type_names_what_is_expected_and_what_was_received(model, two_inputs):
    with pytest.raises(ValueError, match=r"float32\. Received: \(1, 6, 5, 1\) string"):
        ProbeSamples.from_user(np.full((1, 6, 5, 1), "x"), model)
    with pytest.raises(ValueError, match=r"'b': \(\?, 3\) int32\. Received: .*\(2, 3\) float32"):
        ProbeSamples.from_user([array(2, 4), array(2, 3)], two_inputs)
    with pytest.raises(ValueError, match="complex128"):
        ProbeSamples.from_user(np.full((1, 6, 5, 1), 1j), model)


def test_whole_numbers_stored_as_floats_do_for_an_integer_input(two_inputs):
    ids = np.array([[0.0, 1.0, 2.0]])
    assert ProbeSamples.from_user([array(1, 4), ids], two_inputs).count == 1


@pytest.mark.parametrize("kind", [list, tuple, dict])
def test_several_inputs_are_given_as_list_tuple_or_dict(two_inputs, kind):
    arrays = {"a": array(3, 4), "b": np.ones((3, 3), int)}
    probe = arrays if kind is dict else kind(arrays.values())
    samples = ProbeSamples.from_user(probe, two_inputs)
    assert samples.count == 3
    assert isinstance(samples.inputs, kind)
    assert [name for name, _ in named(two_inputs, samples.inputs)] == ["a", "b"]
    two_inputs(samples.inputs)  # Keras takes them


@pytest.mark.parametrize(
    "probe",
    [
        [np.ones((3, 4))],
        [np.ones((3, 4))] * 3,
        {"a": np.ones((3, 4)), "c": np.ones((3, 3))},
        np.ones((3, 4)),
    ],
)
def test_a_wrong_number_or_name_of_inputs_names_those_expected(two_inputs, probe):
    with pytest.raises(ValueError, match=r"'a': \(\?, 4\) float32, 'b': \(\?, 3\) int32"):
        ProbeSamples.from_user(probe, two_inputs)


def test_inputs_of_different_length_are_refused(two_inputs):
    with pytest.raises(ValueError, match=r"same number of samples.*\[2, 3\]"):
        ProbeSamples.from_user([array(3, 4), np.ones((2, 3), int)], two_inputs)


@pytest.mark.parametrize("count", [0, 17, 1000])
def test_no_samples_and_more_than_16_are_refused(model, count):
    with pytest.raises(ValueError, match=rf"at most 16.*Received: {count} samples"):
        ProbeSamples.from_user(np.zeros((count, 6, 5, 1)), model)


def test_a_model_that_declares_no_inputs_is_not_asked():
    model = keras.Sequential([layers.Dense(3)])
    assert ProbeSamples.from_user(array(2, 7), model).inputs.shape == (2, 7)


@pytest.mark.parametrize("sizes", [[9], [3, 3], [1, 1, 1, 1, 1], [2]])
def test_of_a_py_dataset_the_first_four_samples_are_taken_over_batches(model, sizes):
    samples = ProbeSamples.from_user(NumberedBatches(sizes), model)
    want = [batch for batch, size in enumerate(sizes) for _ in range(size)][:4]
    assert samples.count == len(want)
    assert samples.given
    assert samples.inputs[:, 0, 0, 0].tolist() == want
    assert samples.labels[:, 0].tolist() == want


def test_of_a_generator_as_many_batches_are_drawn_as_are_needed(model):
    drawn = []

    def batches():
        for number in range(10):
            drawn.append(number)
            yield np.full((3, 6, 5, 1), number, "float32"), np.full((3,), number)

    samples = ProbeSamples.from_user(batches(), model)
    assert samples.inputs[:, 0, 0, 0].tolist() == [0, 0, 0, 1]
    assert drawn == [0, 1]


def test_a_data_loader_is_read_without_moving_the_random_state(model):
    torch = pytest.importorskip("torch")
    data = torch.utils.data.TensorDataset(torch.randn(10, 6, 5, 1), torch.arange(10))
    loader = torch.utils.data.DataLoader(data, batch_size=3, shuffle=True)
    before = torch.get_rng_state().tolist(), random.getstate(), np.random.get_state()[1].tolist()
    samples = ProbeSamples.from_user(loader, model)
    after = torch.get_rng_state().tolist(), random.getstate(), np.random.get_state()[1].tolist()
    assert samples.count == 4
    assert samples.labels.shape == (4, 1)
    assert before == after


def test_a_dataset_of_tensorflow_gives_its_first_samples(model):
    tf = pytest.importorskip("tensorflow")
    x, y = array(10, 6, 5, 1).astype(np.float32), np.arange(10)
    dataset = tf.data.Dataset.from_tensor_slices((x, y)).batch(3)
    samples = ProbeSamples.from_user(dataset, model)
    np.testing.assert_array_equal(samples.inputs, x[:4])
    assert samples.labels[:, 0].tolist() == [0, 1, 2, 3]


def test_an_empty_dataset_and_one_that_does_not_fit_are_refused(model):
    with pytest.raises(ValueError, match="no samples"):
        ProbeSamples.from_user(iter(()), model)
    with pytest.raises(ValueError, match=re.escape("'image': (?, 6, 5, 1)")):
        ProbeSamples.from_user(iter([np.ones((4, 2))]), model)


def test_the_first_samples_of_a_batch_are_taken_with_their_labels():
    x, y = array(8, 6, 5, 1), np.eye(3)[np.arange(8) % 3]
    weights = np.ones(8)
    for data in ((x, y, weights), (x, y), [x, y]):
        samples = ProbeSamples.from_batch(keras.tree.map_structure(_tensor, data), 4)
        assert samples.count == 4
        assert not samples.needs_batch
        assert not samples.given
        np.testing.assert_array_equal(samples.inputs, x[:4].astype(np.float32))
        np.testing.assert_array_equal(samples.labels, y[:4])


def _tensor(x):
    return keras.ops.convert_to_tensor(x, dtype="float32")


def test_a_batch_smaller_than_wanted_gives_what_it_has():
    samples = ProbeSamples.from_batch((array(2, 3), np.array([1, 0])), 4)
    assert samples.count == 2
    assert samples.labels.tolist() == [[1.0], [0.0]]


@pytest.mark.parametrize(
    "y",
    [
        None,
        {"one": np.ones((3, 1)), "two": np.ones((3, 1))},
        np.array(["a", "b", "c"]),
        np.ones((3, 40, 40)),
    ],
)
def test_labels_that_are_not_one_short_row_of_numbers_are_left_out(y):
    assert ProbeSamples.from_batch((array(3, 3), y), 4).labels is None


@pytest.mark.skipif(BACKEND != "tensorflow", reason="ragged tensors are TensorFlow's")
def test_ragged_and_sparse_batches_are_cut_and_kept_as_they_are():
    import tensorflow as tf

    ragged = tf.ragged.constant([[1, 2], [3], [4, 5, 6]])
    samples = ProbeSamples.from_batch((ragged, tf.constant([0, 1, 2])), 2)
    assert samples.count == 2
    assert samples.inputs.to_list() == [[1, 2], [3]]
    sparse = tf.sparse.from_dense([[1, 0], [0, 2], [3, 0]])
    samples = ProbeSamples.from_batch((sparse,), 2)
    assert tf.sparse.to_dense(samples.inputs).numpy().tolist() == [[1, 0], [0, 2]]
