"""A tensor that claims to be larger than it is takes no memory, and spoils no other."""

import numpy as np
import pytest
from tensorboard.compat.proto import tensor_pb2, types_pb2
from tensorboard.util import tensor_util

from tb_keras_inspect.records.tensors import array_of

pytestmark = pytest.mark.core


def tensor(*sizes, **values):
    made = tensor_pb2.TensorProto(**{"dtype": types_pb2.DT_FLOAT} | values)
    for size in sizes:
        made.tensor_shape.dim.add(size=size)
    return made


RIGHT = [
    tensor(float_val=[2.0]),
    tensor(3, float_val=[1.0, 2.0, 3.0]),
    tensor(2, 2, tensor_content=np.arange(4, dtype=np.float32).tobytes()),
    tensor(2, dtype=types_pb2.DT_STRING, string_val=[b"a", b"b"]),
    tensor(0),
]


@pytest.mark.parametrize("made", RIGHT, ids=lambda made: str(list(made.tensor_shape.dim))[:20])
def test_one_that_is_right_is_what_tensorboard_makes_of_it(made):
    np.testing.assert_array_equal(array_of(made), tensor_util.make_ndarray(made))


WRONG = [
    tensor(2**62, float_val=[1.0]),
    tensor(2**40, 2**40, float_val=[1.0]),
    tensor(-1, float_val=[1.0]),
    tensor(2**50),
    tensor(5, float_val=[1.0, 2.0]),
    tensor(3, tensor_content=b"xx"),
    tensor(2**34, dtype=types_pb2.DT_STRING, string_val=[b"x"]),
    tensor(dtype=99),
]


@pytest.mark.parametrize("made", WRONG, ids=range(len(WRONG)))
def test_one_that_is_wrong_is_not_a_number(made):
    assert np.isnan(array_of(made))
