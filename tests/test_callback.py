"""What InspectCallback's options change, and what ends or warns in a fit."""

import logging

import keras
import numpy as np
import pytest

from tb_keras_inspect import (
    InspectCallback,
    PictureOptions,
    RecordOptions,
    load_run,
)
from tb_keras_inspect.callback import InspectWarning

X = np.random.default_rng(0).normal(size=(32, 6)).astype("float32")
Y = np.arange(32) % 3


def model():
    keras.utils.set_random_seed(1)
    layers = [
        keras.Input((6,)),
        keras.layers.Dense(5, activation="relu", name="hidden"),
        keras.layers.Dense(3, activation="softmax", name="head"),
    ]
    made = keras.Sequential(layers)
    made.compile("sgd", "sparse_categorical_crossentropy")
    return made


def fit(callback, made=None, **options):
    options = {"batch_size": 8, "epochs": 1, "verbose": 0} | options
    return (made or model()).fit(X, Y, callbacks=[callback], **options)


def test_an_error_in_on_finding_is_reported_once_over_the_fits_of_a_callback(tmp_path, recwarn):
    calls = []

    def fail(finding):
        calls.append(finding)
        raise RuntimeError("mine")

    callback = InspectCallback(
        tmp_path, every=1, maps_every=0, console=None, diagnosis={"on_finding": fail}
    )
    for _ in range(2):
        made = model()
        made.layers[0].kernel.assign(np.full((6, 5), np.nan))
        fit(callback, made)
    texts = [str(w.message) for w in recwarn if issubclass(w.category, InspectWarning)]
    assert ["RuntimeError: mine" in text for text in texts] == [True]
    assert len(calls) == 1


def test_an_object_a_mapping_and_a_list_of_pictures_record_the_same(tmp_path):
    ways = {
        "object": {
            "record": RecordOptions(histograms=False, scalars=True),
            "pictures": PictureOptions(kinds=["kernels"]),
        },
        "mapping": {
            "record": {"histograms": False, "scalars": True},
            "pictures": {"kinds": ["kernels"]},
        },
        "list": {"record": {"histograms": False, "scalars": True}, "pictures": ["kernels"]},
    }
    kinds = []
    for name, options in ways.items():
        fit(InspectCallback(tmp_path / name, every=2, **options))
        kinds.append(load_run(tmp_path / name).kinds)
    assert kinds[0] == kinds[1] == kinds[2]
    assert "kernels" in kinds[0]
    assert "maps" not in kinds[0]


@pytest.mark.parametrize("log_dir", ["", None, 3])
def test_an_empty_log_dir_is_refused(log_dir):
    with pytest.raises(ValueError, match="`log_dir` must be a directory's path"):
        InspectCallback(log_dir)


def test_a_log_dir_that_cannot_be_written_ends_fit_before_the_first_step(tmp_path):
    (tmp_path / "file").write_text("in the way")
    made = model()
    before = [np.array(v) for v in made.variables]
    with pytest.raises(OSError, match="file"):
        fit(InspectCallback(tmp_path / "file" / "run"), made)
    for old, new in zip(before, made.variables, strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize("layers", ["conv", ["hiden"], [keras.layers.Dense(3, name="stranger")]])
def test_a_layer_filter_that_matches_nothing_ends_fit_and_lists_what_would_match(layers, tmp_path):
    with pytest.raises(ValueError, match=r"hidden.*head.*Received"):
        fit(InspectCallback(tmp_path, layers=layers))


def test_a_misspelt_layer_is_met_with_the_name_that_is_close(tmp_path):
    with pytest.raises(ValueError, match=r"Close to 'hiden': \['hidden'\]"):
        fit(InspectCallback(tmp_path, layers=["head", "hiden"]))


@pytest.mark.parametrize(
    "layers", ["^head", ["head"], "instance"], ids=["pattern", "name", "instance"]
)
def test_a_layer_filter_records_those_layers_alone(layers, tmp_path):
    made = model()
    chosen = [made.get_layer("head")] if layers == "instance" else layers
    fit(InspectCallback(tmp_path, every=1, layers=chosen), made)
    run = load_run(tmp_path)
    assert run.table("gradient").names == ["head/kernel", "head/bias"]
    assert run.table("activation").names == ["head"]


def test_the_gradient_norm_is_that_of_all_variables_also_with_a_filter(tmp_path):
    norms = []
    for name, layers in (("all", None), ("some", "head")):
        fit(InspectCallback(tmp_path / name, every=1, layers=layers), shuffle=False)
        norms.append(load_run(tmp_path / name).table("step").select("gradient_norm")[:, 0])
    every = load_run(tmp_path / "all").table("gradient").select("l2")
    np.testing.assert_allclose(norms[0], np.sqrt(np.sum(every**2, axis=1)), rtol=1e-5)
    np.testing.assert_allclose(norms[1], norms[0], rtol=1e-5)


SWITCHES = {
    "gradients": {"gradient", "gradient_histogram", "optimizer"},
    "weights": {"weight", "weight_histogram"},
    "updates": {"update", "update_histogram"},
    "activations": {"activation", "activation_histogram", "units"},
    "units": {"units"},
    "optimizer": {"optimizer"},
    "histograms": {
        "gradient_histogram", "weight_histogram", "update_histogram", "activation_histogram",
    },
}  # fmt: skip


@pytest.mark.parametrize("switch", SWITCHES)
def test_each_kind_can_be_switched_off(switch, tmp_path):
    fit(InspectCallback(tmp_path / "all", every=1))
    fit(InspectCallback(tmp_path / "less", every=1, record={switch: False}))
    gone = load_run(tmp_path / "all").kinds - load_run(tmp_path / "less").kinds
    assert gone == SWITCHES[switch]


def test_tiers_differ_in_what_they_record(tmp_path):
    kinds = {}
    for tier in ("economy", "standard", "full"):
        fit(InspectCallback(tmp_path / tier, every=1, tier=tier))
        kinds[tier] = load_run(tmp_path / tier).kinds
    assert kinds["standard"] == kinds["full"]
    assert kinds["standard"] - kinds["economy"] == SWITCHES["histograms"] | {
        "units",
        "saliency",
        "grad_cam",
        "sample_loss",
        "sample_input",
        "optimizer",
    }


def test_the_log_keeps_its_limit(tmp_path):
    fit(InspectCallback(tmp_path, every=1, budget={"max_log_megabytes": 0.3}), epochs=100)
    size = sum(path.stat().st_size for path in tmp_path.iterdir())
    assert 0.15e6 < size <= 0.3e6
    steps = load_run(tmp_path).table("gradient").steps
    assert steps[-1] > 0.8 * 400


def test_what_the_schedule_chose_is_recorded(tmp_path):
    fit(InspectCallback(tmp_path, every=3), epochs=3)
    assert set(load_run(tmp_path).table("step").select("interval")[:, 0]) == {3.0}
    assert load_run(tmp_path).model.options["every"] == "3"


def test_a_disk_that_fails_while_training_ends_in_one_warning_and_the_training_goes_on(
    tmp_path, monkeypatch
):
    plain, made = model(), model()
    plain.fit(X, Y, batch_size=8, epochs=3, verbose=0, shuffle=False)
    callback = InspectCallback(tmp_path, every=1)

    class Full(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 0:
                callback._fit.recorder._writer.close()

    with pytest.warns(InspectWarning, match="nothing is recorded any more") as caught:
        made.fit(
            X, Y, batch_size=8, epochs=3, verbose=0, shuffle=False, callbacks=[callback, Full()]
        )
    assert len([w for w in caught if w.category is InspectWarning]) == 1
    for one, other in zip(plain.variables, made.variables, strict=True):
        np.testing.assert_array_equal(one, other)
    assert load_run(tmp_path).table("gradient").steps[0] == 0


def test_nothing_is_logged_in_a_training_without_trouble(tmp_path, caplog, recwarn):
    with caplog.at_level(logging.DEBUG, logger="tb_keras_inspect"):
        fit(InspectCallback(tmp_path, every=1))
    assert not [r for r in caplog.records if r.name.startswith("tb_keras_inspect")]
    assert not [w for w in recwarn if issubclass(w.category, InspectWarning)]
