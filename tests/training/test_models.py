"""Each kind of training: weights bit-identical with the callback, gradients and activations right."""

import re
import warnings

import keras
import numpy as np
import pytest

from tb_keras_inspect import InspectCallback
from tb_keras_inspect.callback import InspectWarning
from tb_keras_inspect.records import Kind
from tests.training import read_events, references
from tests.training.conftest import COMPILERS
from tests.training.model_cases import CASES, Case
from tests.training.references import BACKEND

EPOCHS, SAMPLED = 2, 2  # SAMPLED: the sampled step that is looked at
# One of each way to make a step: on all backends.
EVERYDAY = {
    "custom_train_step",
    "functional_two_in_two_out",
    "gradient_accumulation",
    "run_eagerly",
    "sequential_unbuilt",
}

# With the oldest and with development versions too.
CORE = {
    "batch_normalization",
    "functional_two_in_two_out",
    "gradient_accumulation",
    "mixed_float16",
    "sequential_unbuilt",
    "steps_per_execution",
}


def train(case: Case, make, *callbacks):
    """A training from the same beginning; returns the model and its history."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(11)
    model = make()
    history = model.fit(
        **case.feed(*case.data()),
        epochs=EPOCHS,
        shuffle=False,
        verbose=0,
        callbacks=list(callbacks),
        **case.fit,
    )
    return model, history.history


# What is traced and compiled for a quarter of a minute, and of which a smaller case is like it.
LONG_TO_COMPILE = {
    "transformer",
    "simple_rnn_sequences",
    "lstm_unrolled",
    "vae_add_loss",
    "mixed_bfloat16",
    "learning_rate_schedule",
}


def params():
    for case in CASES:
        if BACKEND not in case.backends:
            continue
        marks = [] if case.name in EVERYDAY else [pytest.mark.slow]
        marks += [pytest.mark.core] if case.name in CORE else []
        if case.name in LONG_TO_COMPILE and BACKEND in COMPILERS:
            marks.append(pytest.mark.thorough)
        elif case.name not in EVERYDAY | CORE and set(COMPILERS) <= set(case.backends):
            marks.append(pytest.mark.one_compiler)
        yield pytest.param(case, id=case.name, marks=marks)


@pytest.mark.parametrize("case", list(params()))
def test_training_is_unchanged_and_numbers_are_right(case, tmp_path):
    if words := case.unlike_keras.get(BACKEND):
        with pytest.raises(Exception, match=words):
            train(case, case.make)
        pytest.skip(f"plain Keras {keras.__version__} fails too: {words}")
    keeper = references.StateKeeper({SAMPLED}, case.steps_per_epoch())
    plain, plain_history = train(case, case.make, *([] if case.plain else [keeper]))
    expected = references.full_state_of(plain)
    with warnings.catch_warnings():
        warnings.simplefilter("error", InspectWarning)
        model, history = train(case, case.make, InspectCallback(tmp_path, every=case.every))
    assert_unchanged(expected, references.full_state_of(model), plain_history, history)
    if case.plain:
        train(case, case.plain, keeper)
    run = read_events.read(tmp_path)
    assert_recorded(case, run, model)
    reference = model_in_state(case, keeper.states[SAMPLED])
    assert_gradients(case, run, reference)
    if case.activations:
        assert_activations(case, run, reference)


def assert_unchanged(expected, received, plain_history, history):
    assert len(expected) == len(received)
    largest = max(np.max(np.abs(a - b), initial=0) for a, b in zip(expected, received, strict=True))
    assert largest == 0, f"weights differ by {largest}"
    assert history.keys() == plain_history.keys()
    for name, values in history.items():  # sums of metrics may be fused otherwise
        np.testing.assert_allclose(values, plain_history[name], rtol=1e-6, err_msg=name)


def assert_recorded(case, run, model):
    """Every sampled step has its numbers."""
    total = EPOCHS * case.steps_per_epoch()
    per_call = model.steps_per_execution or 1
    steps = run.steps()
    assert SAMPLED in steps
    if per_call == 1:
        assert set(steps) >= set(range(2, total, case.every))
    for step in steps:
        assert np.isfinite(run.step(step)["loss"]), step
        assert set(run.at(Kind.WEIGHT, step)) == names_of(run, model.trainable_variables)
    assert set(run.steps(Kind.EPOCH)) == {
        (epoch + 1) * case.steps_per_epoch() - 1 for epoch in range(EPOCHS)
    }


def names_of(run, variables):
    return {relative(v.path, run.model.name) for v in variables}


def relative(path, model_name):
    return path.removeprefix(model_name + "/")


def model_in_state(case, state):
    keras.utils.clear_session()
    keras.utils.set_random_seed(99)
    model = (case.plain or case.make)()
    if not model.built:
        model(case.batch_at(0)[0])
    references.set_state(model, state)
    return model


def as_tensors(batch):
    return tuple(
        None if part is None else keras.tree.map_structure(keras.ops.convert_to_tensor, part)
        for part in batch
    )


def assert_gradients(case, run, reference):
    recorded = run.at(Kind.GRADIENT, SAMPLED)
    expected = {
        relative(path, reference.name): gradient
        for path, gradient in case.gradients(reference, *as_tensors(case.batch_at(SAMPLED))).items()
    }
    without = {name for name in expected if name.endswith(case.no_gradient or ("\0",))}
    if BACKEND == "jax":  # zeros, not None
        for name in without:
            assert recorded[name]["max_abs"] == 0
    else:
        assert without == {n for n, what in run.omissions() if what == "gradient"}
        assert all(expected.pop(name) is None for name in without)
    assert set(recorded) == set(expected)
    for name, gradient in expected.items():
        references.assert_statistics(recorded[name], gradient, name, case.rtol)


def assert_activations(case, run, reference):
    """Outputs of the layers, by a model of Keras's own whose outputs they are."""
    recorded = run.at(Kind.ACTIVATION, SAMPLED)
    taps = {
        name: layer.output
        for layer in reference.layers
        if (name := layer.name) in recorded and f"{name}:1" not in recorded
    }
    assert taps
    x, _, _ = as_tensors(case.batch_at(SAMPLED))
    with keras.StatelessScope():
        outputs = keras.Model(reference.inputs, taps)(x, training=True)
    for name, output in outputs.items():
        references.assert_statistics(
            recorded[name], references.to_numpy(output), name, max(case.rtol, 2e-4)
        )


def test_every_kind_of_training_is_here():
    """The list of kinds is what the package promises; nothing is dropped from it unseen."""
    names = {case.name for case in CASES}
    assert len(names) == len(CASES)
    assert all(re.fullmatch(r"[a-z0-9_]+", name) for name in names)
    assert names >= EVERYDAY
