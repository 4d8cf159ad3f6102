"""Some elements of many tensors, gathered at once."""

import keras
import numpy as np
import pytest

from tb_keras_inspect.catalog.statistics import definition
from tb_keras_inspect.frameworks import current
from tb_keras_inspect.frameworks.sampling import sampling_stride
from tb_keras_inspect.training.reduce import parameters
from tb_keras_inspect.training.reduce.parameters import Tensors, elements_each
from tb_keras_inspect.training.step.settings import Settings

LIMIT = 100


@pytest.mark.parametrize("alone_above", [parameters.SMALL, 500], ids=["in a matrix", "some alone"])
def test_elements_are_evenly_spaced_ones_of_each_tensor_in_the_order_given(
    monkeypatch, alone_above
):
    monkeypatch.setattr(parameters, "SMALL", alone_above)
    shapes = [(7,), (300, 5), (2, 3), (1000,), (30,)]
    random = np.random.default_rng(0)
    arrays = [random.normal(size=shape).astype("float32") for shape in shapes]
    backend = current()
    tensors = Tensors.of([keras.ops.convert_to_tensor(x) for x in arrays], backend)
    values, lengths = tensors.elements(backend, LIMIT)
    expected = [x.ravel()[:: sampling_stride(x.size, LIMIT)] for x in arrays]
    assert lengths == tuple(len(x) for x in expected)
    assert max(lengths) <= LIMIT
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(values), np.concatenate(expected))


@pytest.mark.parametrize("tensors", [1, 256, 257, 3_002, 10_000, 10**6])
def test_elements_of_many_tensors_together_stay_bounded(tensors):
    each = parameters.elements_each(1024, tensors)
    assert 1 <= each <= 1024
    assert each * tensors <= max(parameters.MOST_ELEMENTS, tensors)
    assert tensors > 256 or each == 1024


def test_the_definition_of_the_cosine_names_the_limits_of_the_code():
    limit = Settings().gradient_elements
    most = parameters.MOST_ELEMENTS // limit
    assert elements_each(limit, most) == limit > elements_each(limit, most + 1)
    text = definition("cosine")
    assert f"at most {limit:,} evenly spaced elements" in text
    assert f"more than {most} variables" in text


class InPieces(type(current())):
    """A backend whose devices have two pieces of some tensors."""

    def in_pieces(self, tensor, variable):
        return keras.ops.reshape(tensor, (2, -1)) if variable == "spread" else None


@pytest.mark.skipif(keras.backend.backend() != "jax", reason="others have no tensors in pieces")
def test_tensors_in_pieces_have_the_statistics_of_the_wholes():
    random = np.random.default_rng(0)
    arrays = [random.normal(size=shape).astype("float32") for shape in [(7,), (300, 6), (2, 3)]]
    arrays[1][:2] = 0.0
    tensors = [keras.ops.convert_to_tensor(x) for x in arrays]
    backend = InPieces()
    pieces = Tensors.of(tensors, backend, ["", "spread", "spread"])
    wholes = Tensors.of(tensors, backend)
    numpy = keras.ops.convert_to_numpy
    received, expected = (numpy(each.statistics(backend, 100)) for each in (pieces, wholes))
    mean, deviation = arrays[1].mean(), arrays[1].std()
    assert received[1] == pytest.approx(
        [np.linalg.norm(arrays[1]), mean, deviation, *received[1, 3:]]
    )
    assert received[1, 4] == pytest.approx(np.mean(arrays[1] == 0))  # of all elements
    np.testing.assert_allclose(received[[0, 2]], expected[[0, 2]], rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(
        numpy(pieces.products(pieces)), numpy(wholes.products(wholes)), rtol=1e-5
    )
    bins = pieces.bins_in_pieces(backend, None)
    assert {row: int(index.shape[0]) for row, index in bins.items()} == {1: 1800, 2: 6}
    index = numpy(pieces.bin_index(backend, None, 10**3))
    assert index.max() < 10**3  # of the first tensor alone
    each = len(range(0, 900, sampling_stride(900, LIMIT // 2)))
    assert pieces.elements(backend, LIMIT)[1] == (7, 2 * each, 6)
