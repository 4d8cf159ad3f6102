"""Which elements of a large tensor are sampled: few enough, and of every channel."""

import math

import numpy as np
import pytest

from tb_keras_inspect.frameworks import current
from tb_keras_inspect.frameworks.sampling import sampling_stride
from tests.training.references import BACKEND

SIZES = [1, 5, 16, 17, 100, 1000, 16384, 16385, 99991, 1 << 20]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("limit", [1, 16, 4096])
def test_at_most_the_limit_is_sampled_and_the_stride_divides_no_channel_count(size, limit):
    stride = sampling_stride(size, limit)
    assert len(range(0, size, stride)) <= limit
    assert stride == 1 or math.gcd(stride, 30) == 1
    assert (stride == 1) == (size <= limit)


@pytest.mark.parametrize("channels", [2, 3, 12, 24, 64, 160, 512])
def test_the_fraction_of_zeros_among_sampled_elements_is_that_of_all_channels(channels):
    """Some channels, side by side, are zero: an even distance would see all of them or none."""
    x = np.ones((50, 20, channels), np.float32)
    x[..., : channels // 4 or 1] = 0
    seen = np.asarray(thin(x.ravel(), 4096))
    assert len(seen) <= 4096
    assert np.mean(seen == 0) == pytest.approx(np.mean(x == 0), abs=0.05)


def thin(x, limit):
    from keras import ops

    return ops.convert_to_numpy(current().thin(ops.convert_to_tensor(x), limit))


@pytest.mark.skipif(BACKEND != "tensorflow", reason="sizes known late are TensorFlow's")
@pytest.mark.parametrize("jit", [False, True])
def test_a_size_known_only_at_run_time_gives_the_same_elements(jit):
    import tensorflow as tf

    backend = current()
    late = tf.function(
        lambda x: backend.thin(x, 100),
        input_signature=[tf.TensorSpec([None], tf.float32)],
        jit_compile=jit,
    )
    for size in (100, 101) if jit else (50, 100, 101, 650, 12345):  # XLA compiles for each
        x = np.arange(size, dtype=np.float32)
        np.testing.assert_array_equal(late(x), x[:: sampling_stride(size, 100)])
