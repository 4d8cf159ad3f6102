"""The inputs of the worst examples are recorded, each once, so that they can be shown."""

import keras
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback, load_run
from tb_keras_inspect.records import Kind
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records.fingerprints import fingerprints
from tb_keras_inspect.store import NotRecordedError
from tb_keras_inspect.training.probe.pictures.example_inputs import encode_example_inputs
from tb_keras_inspect.training.samples.example_inputs import OF_A_STEP, ExampleInputs

pytestmark = pytest.mark.one_compiler

BATCH, STEPS = 6, 2


def data():
    make = np.random.default_rng(0)
    count = BATCH * STEPS
    x = {
        "numbers": make.normal(size=(count, 3)).astype("float32"),
        "picture": make.normal(size=(count, 5, 4, 3)).astype("float32"),
        "tokens": make.integers(0, 900, (count, 7)).astype("int32"),
    }
    x["picture"][1, 2, 2, 1] = 50
    return x, np.arange(count, dtype="float32")[:, None]


def fit(log_dir, epochs=1, **options):
    x, y = data()
    keras.utils.set_random_seed(0)
    inputs = {
        name: keras.Input(part.shape[1:], name=name, dtype=part.dtype.name)
        for name, part in x.items()
    }
    flat = [
        keras.layers.Flatten()(keras.layers.Embedding(900, 1)(inputs["tokens"])),
        keras.layers.Flatten()(inputs["picture"]),
        inputs["numbers"],
    ]
    model = keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Concatenate()(flat)))
    model.compile(keras.optimizers.SGD(0.0), "mse", jit_compile=False)
    callback = InspectCallback(log_dir, every=1, console=None, incidents=False, **options)
    model.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0, epochs=epochs, callbacks=[callback])
    return load_run(log_dir)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return fit(tmp_path_factory.mktemp("run"), epochs=2)


def test_the_worst_of_each_batch_have_their_inputs(run):
    x, _ = data()
    samples = run.samples()
    for step in range(STEPS):
        batch = samples.where(samples.steps == step)
        for place, row in enumerate(np.argsort(-batch.loss, kind="stable").tolist()):
            mark, number = batch.fingerprints[row], step * BATCH + row
            if place >= OF_A_STEP:
                with pytest.raises(NotRecordedError, match="No example with inputs"):
                    run.sample_inputs(mark)
                continue
            found = run.sample_inputs(mark)
            np.testing.assert_array_equal(found["tokens"], x["tokens"][number])
            np.testing.assert_array_equal(found["numbers"], x["numbers"][number])
            picture = x["picture"][number]
            np.testing.assert_allclose(found["picture"], picture, atol=np.ptp(picture) / 254)
    assert samples.steps.max() == 2 * STEPS - 1  # of a second epoch, which adds nothing
    assert "input" in run.kinds
    known = run._source.records(Kind.SAMPLE_INPUT)
    assert known.steps.tolist() == [*range(STEPS)]


@pytest.mark.any_backend
@pytest.mark.parametrize("options", [{"record": {"keep_data": False}}, {"maps_every": 0}], ids=str)
def test_without_data_or_pictures_there_are_none(tmp_path, options):
    run = fit(tmp_path, **options)
    assert {"sample_loss", "input"} <= run.kinds
    assert "sample_input" not in run.kinds
    assert run.recorded_inputs(int(run.samples().fingerprints[0])) == {}


def record_of(inputs, x, losses=None):
    losses = np.arange(len(x), dtype=np.float32) if losses is None else losses
    model = pb.ModelRecord(inputs=["x"], fingerprint=3)
    return inputs.record(model, losses, fingerprints(x), [x])


@pytest.mark.any_backend
def test_there_is_a_limit_of_bytes():
    x = np.random.default_rng(0).normal(size=(20, 8, 8, 1)).astype("float32")
    inputs = ExampleInputs(encode_example_inputs, 1e5)
    size = record_of(inputs, x).ByteSize()
    inputs = ExampleInputs(encode_example_inputs, 1.5 * size)
    assert record_of(inputs, x[:10]).ByteSize() == size
    assert record_of(inputs, x[:10]) is None  # they are there
    assert record_of(inputs, x[10:]) is None  # there is no room
    inputs.begin()
    assert record_of(inputs, x[10:]).ByteSize() == size


@pytest.mark.any_backend
def test_text_is_text_and_long_inputs_are_cut():
    words = np.array([["a b", "c"], [b"\xffd", "\ud800"], ["x" * 2000, ""]], object)
    ids = np.arange(3 * 600).reshape(3, 600)
    record = encode_example_inputs(0, np.arange(3, dtype=np.uint64), [("w", words), ("i", ids)])
    (text,), (maps,) = record.texts, record.inputs
    assert list(text.texts) == ["a b c", "\ufffdd ?", "x" * 1000]
    assert (maps.layout, list(maps.shape)) == ("ids", [3, 1, 1, 512])
    assert np.frombuffer(maps.values, "<f4")[:3].tolist() == [0, 1, 2]


@pytest.mark.any_backend
def test_what_cannot_be_shown_is_left_out():
    x = np.zeros((2, 2, 2, 2, 2, 2), np.float32)
    assert encode_example_inputs(0, np.arange(2, dtype=np.uint64), [("x", x)]) is None
    numbers = encode_example_inputs(
        0, np.arange(2, dtype=np.uint64), [("x", np.array([1, np.nan]))]
    )
    assert list(numbers.inputs[0].shape) == [2, 1, 1, 1]
    np.testing.assert_array_equal(np.frombuffer(numbers.inputs[0].values, "<f4"), [1, np.nan])
