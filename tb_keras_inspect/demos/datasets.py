"""The pictures that the demo trains on."""

import dataclasses

import keras
import numpy as np

from tb_keras_inspect.demos import DATASETS

TRAINING_SAMPLES = 6000  # at most, so that five trainings take minutes on two cores
VALIDATION_SAMPLES = 1000
DIGITS_VALIDATION_SAMPLES = 360  # of the 1,797 that scikit-learn ships
DIGITS_SIZE = 16  # they are 8 x 8, too small to see much in an activation map
SEED = 7


@dataclasses.dataclass(frozen=True)
class Dataset:
    """Standardised pictures and their class numbers.

    Attributes:
        x_train: float32[samples, height, width, channels], mean 0 and deviation 1 over all.
        y_train: int32[samples].
        x_validation: As `x_train`, shifted and scaled by the training pictures' mean and deviation.
        y_validation: int32[samples].
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_validation: np.ndarray
    y_validation: np.ndarray

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Of one picture: height, width, channels."""
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
        ValueError: for another name.
        OSError: when a download fails.
    """
    if name not in DATASETS:
        raise ValueError(f"unknown dataset {name!r}; accepted are {', '.join(DATASETS)}")
    return _load_digits() if name == "digits" else _load_from_keras(name)


def _load_digits() -> Dataset:
    from sklearn.datasets import load_digits

    digits = load_digits()
    order = np.random.default_rng(SEED).permutation(len(digits.target))
    pictures = digits.images[order].astype("float32")[..., np.newaxis]
    pictures = keras.ops.image.resize(
        pictures, (DIGITS_SIZE, DIGITS_SIZE), data_format="channels_last"
    )
    pictures = keras.ops.convert_to_numpy(pictures)
    labels = digits.target[order]
    split = len(labels) - DIGITS_VALIDATION_SAMPLES
    return _standardised(pictures[:split], labels[:split], pictures[split:], labels[split:])


def _load_from_keras(name: str) -> Dataset:
    try:
        training, validation = getattr(keras.datasets, name).load_data()
    except Exception as error:  # Keras raises a bare Exception for a failed download
        raise OSError(
            f"{name} could not be downloaded: {error}. `--dataset digits` needs no network"
        ) from error
    x_train, y_train = (array[:TRAINING_SAMPLES] for array in training)
    x_validation, y_validation = (array[:VALIDATION_SAMPLES] for array in validation)
    x_train, x_validation = _with_channels(x_train), _with_channels(x_validation)
    return _standardised(x_train, y_train, x_validation, y_validation)


def _with_channels(pictures: np.ndarray) -> np.ndarray:
    return pictures[..., np.newaxis] if pictures.ndim == 3 else pictures


def _standardised(x_train, y_train, x_validation, y_validation) -> Dataset:
    mean, deviation = float(np.mean(x_train)), float(np.std(x_train))
    x_train, x_validation = (
        ((x.astype("float32") - mean) / deviation).astype("float32")
        for x in (x_train, x_validation)
    )
    y_train, y_validation = (y.reshape(-1).astype("int32") for y in (y_train, y_validation))
    return Dataset(x_train, y_train, x_validation, y_validation)
