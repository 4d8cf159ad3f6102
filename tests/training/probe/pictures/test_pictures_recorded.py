"""All kinds of pictures as the callback records them, and its options. Runs under each backend."""

import itertools

import keras
import numpy as np
import pytest
from keras import layers

from tb_keras_inspect import InspectCallback, load_run
from tb_keras_inspect.callback import InspectWarning
from tests.training import model_zoo as zoo

pytestmark = pytest.mark.one_compiler


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


def train(directory, model, x, y, **options):
    callback = InspectCallback(str(directory), every=1, **options)
    model.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0, callbacks=[callback])
    run = load_run(directory)
    assert run.problems == []
    return run


def test_every_kind_is_recorded_at_every_snapshot_under_its_names(tmp_path):
    model = zoo.compiled(zoo.Subclassed())
    model(zoo.vectors())
    run = train(tmp_path, model, zoo.vectors(), zoo.labels())
    steps = run.predictions.steps.tolist()
    assert steps[-2:] == [2, 5]  # the last steps of both epochs
    (probabilities,) = run.predictions.outputs.values()
    np.testing.assert_allclose(probabilities.sum(axis=-1), 1, atol=1e-5)
    last = keras.ops.convert_to_numpy(model(zoo.vectors()[:4]))
    np.testing.assert_allclose(probabilities[-1], last, rtol=1e-4, atol=1e-5)
    assert set(run.map_names("kernels")) <= {v.path for v in run.model.variables}
    assert list(run.activation_functions().functions) == run.table("representation").names
    assert run.map_names("saliency") == ["input_0"]
    assert run.model.edges_from == "trace"
    assert len(run.model.edges) >= 3
    assert {layer.calls for layer in run.model.layers} == {1}


@pytest.mark.any_backend
@pytest.mark.slow
@pytest.mark.parametrize("chosen", [[], ["kernels"], ("attention", "activation_functions")])
def test_only_the_pictures_that_are_asked_for_are_recorded(tmp_path, chosen):
    run = train(tmp_path, zoo.attention(), zoo.sequences(), zoo.labels(), pictures=chosen)
    named = {"kernels": "kernels", "attention": "attention"}
    named["activation_functions"] = "activation_function"
    every = {"maps", "saliency", "grad_cam", "representation", *named.values()}
    assert every & run.kinds == {named[name] for name in chosen}
    assert "prediction" in run.kinds


@pytest.mark.slow
def test_without_pictures_a_subclassed_model_has_the_order_of_its_calls(tmp_path):
    run = train(tmp_path, zoo.compiled(zoo.Subclassed()), zoo.vectors(), zoo.labels(), maps_every=0)
    assert run.model.edges_from == "order of calls"
    path = [layer.path.split("/")[-1] for layer in run.model.layers]
    assert [(path[a], path[b]) for a, b in run.model.edges] == list(itertools.pairwise(path))
    assert "prediction" not in run.kinds


@pytest.mark.slow
def test_economy_takes_no_backward_pass(tmp_path):
    run = train(tmp_path, zoo.convolutional(), zoo.images(), zoo.labels(), tier="economy")
    assert "maps" in run.kinds
    assert not {"saliency", "grad_cam"} & run.kinds


@pytest.mark.slow
def test_caps_and_the_layer_of_grad_cam_can_be_chosen(tmp_path):
    model = zoo.convolutional()
    pictures = {"max_channels": 2, "max_pixels": 9, "grad_cam_layer": model.get_layer("conv")}
    run = train(tmp_path, model, zoo.images(), zoo.labels(), pictures=pictures)
    assert run.maps("conv")[-1].shape == (4, 2, 3, 3)
    assert run.map_names("grad_cam") == ["conv"]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"pictures": "kernels"}, "a list of some of"),
        ({"pictures": ["kernel"]}, "'kernels'"),
        ({"pictures": 3}, "Received: pictures=3"),
        ({"pictures": {"max_channels": 0}}, "`max_channels` must be a whole number from 1"),
        ({"pictures": {"max_pixels": 2.5}}, "Received: max_pixels=2.5"),
        ({"pictures": {"grad_cam_layer": "first_"}}, "'first'"),
        ({"pictures": {"grad_cam_layer": layers.Dense(3)}}, "must be a layer of the model"),
    ],
)
def test_options_that_cannot_be_right_are_refused_saying_what_is_accepted(tmp_path, options, named):
    with pytest.raises(ValueError, match="Received") as error:
        train(tmp_path, zoo.mlp(), zoo.vectors(), zoo.labels(), **options)
    assert named in str(error.value)


def test_a_failure_of_gradients_turns_them_off_with_one_warning(tmp_path, monkeypatch):
    from tb_keras_inspect.training.probe import scores

    def fail(*arguments, **options):
        raise RuntimeError("on purpose")

    monkeypatch.setattr(scores.ScorePass, "forward", fail)
    with pytest.warns(InspectWarning, match="saliency and Grad-CAM are not recorded") as warned:
        run = train(tmp_path, zoo.convolutional(), zoo.images(), zoo.labels())
    assert len([w for w in warned if issubclass(w.category, InspectWarning)]) == 1
    assert {"maps", "kernels", "prediction", "activation_function"} <= run.kinds
    assert not {"saliency", "grad_cam"} & run.kinds
