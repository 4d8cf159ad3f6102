"""Layers' settings and what a model was compiled with, as the model record has them."""

import json

import keras
import pytest

from tb_keras_inspect.training.model.settings import compiled_of, settings_of

LOGITS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def model_with(loss, **options):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile(options.pop("optimizer", "sgd"), loss, **options)
    return model


def own_loss(y_true, y_pred):
    """A loss of the user's own."""
    return keras.ops.mean(y_true - y_pred)


def test_settings_are_numbers_words_and_initializers():
    found = settings_of(keras.layers.Conv2D(4, 3, kernel_initializer="zeros", use_bias=False))
    expected = {
        "filters": "4",
        "kernel_size": "3, 3",
        "use_bias": "False",
        "kernel_initializer": "Zeros",
    }
    assert expected.items() <= found.items()
    assert settings_of(keras.layers.Dropout(0.25))["rate"] == "0.25"


def test_a_layer_without_a_configuration_has_no_settings():
    class Own(keras.layers.Layer):
        def get_config(self):
            raise NotImplementedError

    assert settings_of(Own()) == {}


@pytest.mark.parametrize(
    ("loss", "name", "from_logits"),
    [
        ("mse", "mse", None),
        ("BinaryCrossentropy", "binary_crossentropy", "False"),
        (LOGITS, "sparse_categorical_crossentropy", "True"),
        (keras.losses.categorical_crossentropy, "categorical_crossentropy", "False"),
        (own_loss, "own_loss", None),
    ],
)
def test_the_loss_is_named_in_each_form_it_is_given(loss, name, from_logits):
    found = compiled_of(model_with(loss))
    assert found["loss"] == name
    assert found.get("from_logits") == from_logits


def test_label_smoothing_is_named_where_there_is_some():
    loss = keras.losses.CategoricalCrossentropy
    assert compiled_of(model_with(loss(label_smoothing=0.9)))["label_smoothing"] == "0.9"
    assert "label_smoothing" not in compiled_of(model_with(loss()))


def test_several_losses_keep_their_structure():
    inputs = keras.Input((3,))
    outputs = {"a": keras.layers.Dense(1)(inputs), "b": keras.layers.Dense(2)(inputs)}
    model = keras.Model(inputs, outputs)
    model.compile("sgd", {"a": "mse", "b": keras.losses.BinaryCrossentropy(from_logits=True)})
    found = compiled_of(model)
    assert json.loads(found["loss"]) == {"a": "mse", "b": "binary_crossentropy"}
    assert json.loads(found["from_logits"]) == {"a": None, "b": True}


@pytest.mark.parametrize("weights", [{"a": 0.5, "b": 2.0}, [0.5, 2.0]])
def test_the_weights_of_losses_keep_their_structure(weights):
    inputs = keras.Input((3,))
    model = keras.Model(inputs, {name: keras.layers.Dense(1, name=name)(inputs) for name in "ab"})
    model.compile("sgd", {"a": "mse", "b": "mae"}, loss_weights=weights)
    found = json.loads(compiled_of(model)["loss_weights"])
    assert [float(x) for x in (found.values() if isinstance(found, dict) else found)] == [0.5, 2.0]
    assert "loss_weights" not in compiled_of(model_with("mse"))


def test_the_options_of_the_optimizer_are_included():
    schedule = keras.optimizers.schedules.ExponentialDecay(0.5, 10, 0.9)
    found = compiled_of(
        model_with("mse", optimizer=keras.optimizers.SGD(schedule, momentum=0.5, clipnorm=1.0))
    )
    assert found["optimizer"] == "SGD"
    assert found["optimizer.momentum"] == "0.5"
    assert found["optimizer.clipnorm"] == "1.0"
    assert found["optimizer.learning_rate"].startswith("ExponentialDecay(initial_learning_rate=0.5")


def test_a_number_that_keras_holds_in_float32_is_written_as_it_was_given():
    found = compiled_of(model_with("mse", optimizer=keras.optimizers.Adam(0.003, epsilon=1e-7)))
    assert found["optimizer.learning_rate"] == "0.003"
    assert found["optimizer.epsilon"] == "1e-07"
    assert found["optimizer.beta_2"] == "0.999"


def test_a_custom_train_step_is_reported():
    class Own(keras.Sequential):
        def train_step(self, data):
            return {}

    model = Own([keras.Input((3,)), keras.layers.Dense(2)])
    assert compiled_of(model)["train_step"] == "own"
    assert "loss" not in compiled_of(model)
