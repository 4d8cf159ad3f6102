"""The demo's data: real digits, standardised; and how Keras's downloads are cut to size."""

import keras
import numpy as np
import pytest
from sklearn.datasets import load_digits

from tb_keras_inspect.demos import datasets


def test_digits_are_scikit_learns_all_of_them_and_standardised():
    data = datasets.load("digits")
    assert data.input_shape == (16, 16, 1)
    assert data.classes == 10
    assert len(data.x_train) + len(data.x_validation) == 1797
    np.testing.assert_allclose(data.x_train.mean(), 0, atol=1e-4)
    np.testing.assert_allclose(data.x_train.std(), 1, atol=1e-4)
    labels = np.concatenate([data.y_train, data.y_validation])
    np.testing.assert_array_equal(np.bincount(labels), np.bincount(load_digits().target))


def test_digits_are_the_same_every_time():
    first, second = datasets.load("digits"), datasets.load("digits")
    np.testing.assert_array_equal(first.x_train, second.x_train)
    np.testing.assert_array_equal(first.y_validation, second.y_validation)


@pytest.mark.parametrize(
    ("name", "shape", "label_shape"), [("mnist", (28, 28), ()), ("cifar10", (32, 32, 3), (1,))]
)
def test_downloaded_data_is_cut_and_gets_a_channel_axis(monkeypatch, name, shape, label_shape):
    random = np.random.default_rng(0)

    def load_data():  # the shapes and types of the real one, which needs a network
        return tuple(
            (
                random.integers(0, 256, (samples, *shape), dtype=np.uint8),
                random.integers(0, 10, (samples, *label_shape), dtype=np.uint8),
            )
            for samples in (7000, 1200)
        )

    monkeypatch.setattr(getattr(keras.datasets, name), "load_data", load_data)
    data = datasets.load(name)
    assert data.x_train.shape == (datasets.TRAINING_SAMPLES, *shape[:2], 3 if shape[2:] else 1)
    assert data.y_validation.shape == (datasets.VALIDATION_SAMPLES,)
    assert data.x_train.dtype == np.float32
    np.testing.assert_allclose(data.x_train.mean(dtype=np.float64), 0, atol=1e-3)


def test_failed_download_says_what_needs_no_network(monkeypatch):
    def load_data():
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.datasets.mnist, "load_data", load_data)
    with pytest.raises(OSError, match=r"URL fetch failure.*--dataset digits"):
        datasets.load("mnist")


def test_unknown_name_is_refused_with_the_names_there_are():
    with pytest.raises(ValueError, match=r"'letters'.*digits, mnist, cifar10"):
        datasets.load("letters")
