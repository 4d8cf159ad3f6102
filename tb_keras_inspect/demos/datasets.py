"""The images that the demo trains on."""

import dataclasses

import keras
import numpy as np

from tb_keras_inspect.demos import DATASETS

TRAINING_SAMPLES = 6000  # at most, so that five runs take minutes on two cores
VALIDATION_SAMPLES = 1000
DIGITS_VALIDATION_SAMPLES = 360  # of the 1,797 that scikit-learn ships
DIGITS_SIZE = 16  # they are 8 x 8, too small to see much in an activation map
SEED = 7


@dataclasses.dataclass(frozen=True)
class Dataset:
    """Standardised images and their class numbers.

    Attributes:
        x_train: float32[samples, height, width, channels], standardised overall.
        y_train: int32[samples].
        x_validation: As `x_train`, with the mean and standard deviation of the training images.
        y_validation: int32[samples].
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_validation: np.ndarray
    y_validation: np.ndarray

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Height, width and channels of one image."""
        return self.x_train.shape[1:]

    @property
    def classes(self) -> int:
        """Number of classes."""
        return int(self.y_train.max()) + 1


def load(name: str) -> Dataset:
    """Loads a dataset by name.

    Args:
        name: `"digits"`, which comes with scikit-learn, or `"mnist"` or `"cifar10"`, which Keras
            downloads once.

    Raises:
        ValueError: if there is no such dataset.
        OSError: if a download fails.
    """
    if name not in DATASETS:
        raise ValueError(f"unknown dataset {name!r}; accepted are {', '.join(DATASETS)}")
    return _load_digits() if name == "digits" else _load_from_keras(name)


def _load_digits() -> Dataset:
    from sklearn.datasets import load_digits

    digits = load_digits()
    order = np.random.default_rng(SEED).permutation(len(digits.target))
    images = digits.images[order].astype("float32")[..., np.newaxis]
    images = keras.ops.image.resize(images, (DIGITS_SIZE, DIGITS_SIZE), data_format="channels_last")
    images = keras.ops.convert_to_numpy(images)
    labels = digits.target[order]
    split = len(labels) - DIGITS_VALIDATION_SAMPLES
    return _standardised(images[:split], labels[:split], images[split:], labels[split:])


def _load_from_keras(name: str) -> Dataset:
    try:
        training, validation = getattr(keras.datasets, name).load_data()
    except Exception as error:  # Keras raises a bare Exception for a failed download
        raise OSError(
            f"{name} could not be downloaded: {error}. Use `--dataset digits`, which needs no network"
        ) from error
    x_train, y_train = (array[:TRAINING_SAMPLES] for array in training)
    x_validation, y_validation = (array[:VALIDATION_SAMPLES] for array in validation)
    x_train, x_validation = _with_channels(x_train), _with_channels(x_validation)
    return _standardised(x_train, y_train, x_validation, y_validation)


def _with_channels(images: np.ndarray) -> np.ndarray:
    return images[..., np.newaxis] if images.ndim == 3 else images


def _standardised(
    x_train: np.ndarray, y_train: np.ndarray, x_validation: np.ndarray, y_validation: np.ndarray
) -> Dataset:
    mean, std = float(np.mean(x_train)), float(np.std(x_train))
    x_train, x_validation = (
        ((x.astype("float32") - mean) / std).astype("float32") for x in (x_train, x_validation)
    )
    y_train, y_validation = (y.reshape(-1).astype("int32") for y in (y_train, y_validation))
    return Dataset(x_train, y_train, x_validation, y_validation)
