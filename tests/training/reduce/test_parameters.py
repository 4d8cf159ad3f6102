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
