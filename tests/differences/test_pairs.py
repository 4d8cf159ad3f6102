"""Pairs of runs with one change each: the first difference is named rightly, or that there is none."""

import dataclasses
import functools

import keras
import numpy as np
import pytest
from keras import optimizers

from tb_keras_inspect import diff
from tests.differences import training
from tests.differences.training import EXAMPLES, STEPS, X, Y

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("pairs")]
BACKEND = keras.backend.backend()
Decay = functools.partial(optimizers.AdamW, 0.01, weight_decay=0.1)
REVERSED = np.concatenate([np.arange(8)[::-1], np.arange(8, EXAMPLES)])


@dataclasses.dataclass(frozen=True)
class Pair:
    """What is changed, and what is to be found.

    Attributes:
        change: Arguments of `training.train`.
        phase: Of the first difference; "" for none.
        tensor: Its name, or a part of it.
        step: Its step.
        outcome: Rounding or substance.
        cause: A setting that is named as its cause; "" for none.
        words: Part of the first sentences.
        jump: A layer whose output differs by more than rounding later in that step.
        all: All tensors of the phase that differ.
        base: Arguments of the other run.
    """

    change: dict
    phase: str = ""
    tensor: str = ""
    step: int = 0
    outcome: str = "substance"
    cause: str = ""
    words: str = ""
    jump: str = ""
    all: tuple = ()
    base: dict = dataclasses.field(default_factory=dict)


PAIRS = {
    "identical": Pair({}, outcome="same"),
    "renamed": Pair({"names": ["one", "two", "three", "four"]}, outcome="same"),
    "seed": Pair(
        {"seed": 2},
        "weight",
        "c/kernel",
        cause="random_seed",
        words="initial weights",
        all=("c/kernel", "b/kernel"),
    ),
    "initializer of one layer": Pair(
        {"head": {"kernel_initializer": "he_normal"}},
        "weight",
        "b/kernel",
        cause="b.kernel_initializer",
        words="initial weights differ in b/kernel alone",
        all=("b/kernel",),
    ),
    "order from the second epoch": Pair(
        {"later": REVERSED},
        "input",
        "image",
        step=STEPS,
        words="the same examples in another order",
        base={"later": np.arange(EXAMPLES)},
    ),
    "other examples in the second epoch": Pair(
        {"later": np.roll(np.arange(EXAMPLES), 8)},
        "input",
        "image",
        step=STEPS,
        words="no example in common",
        base={"later": np.arange(EXAMPLES)},
    ),
    "two examples swapped": Pair(
        {"x": X[[1, 0, *range(2, EXAMPLES)]]}, "input", "image", words="another order"
    ),
    "preprocessing rounds": Pair(
        {"x": (X.astype("float64") * 0.1 / 0.1).astype("float32") * np.float32(1 + 2**-23)},
        "input",
        "image",
        outcome="rounding",
    ),
    "label map": Pair({"y": (Y + 1) % 3}, "target", words="targets differ"),
    "class weights": Pair(
        {"fit": {"class_weight": {0: 1.0, 1: 2.0, 2: 1.0}}}, "loss", cause="sample_weight"
    ),
    "seed of dropout": Pair({"dropout_seed": 6}, "state", "seed"),
    "padding": Pair({"convolution": {"padding": "same"}}, "activation", "c", cause="c.padding"),
    "activation function": Pair(
        {"convolution": {"activation": "tanh"}}, "activation", "c", cause="c.activation"
    ),
    "frozen layer": Pair(
        {"convolution": {"trainable": False}}, "activation", "c", step=1, cause="c.trainable"
    ),
    "half precision in one layer": Pair(
        {"head": {"dtype": "mixed_float16"}},
        "activation",
        "b",
        outcome="rounding",
        cause="b.dtype",
    ),
    "half precision in one layer, another function in a later one": Pair(
        {"convolution": {"dtype": "mixed_float16"}, "head": {"activation": "tanh"}},
        "activation",
        "c",
        cause="c.dtype",
        jump="b",
    ),
    "logits": Pair(
        {"loss": keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum")},
        "loss",
        words="all outputs of layers are the same",
    ),
    "epsilon": Pair(
        {"optimizer": lambda: optimizers.Adam(0.01, epsilon=1e-5)},
        "weight_after",
        cause="optimizer.epsilon",
    ),
    "weight decay of biases": Pair(
        {"optimizer": training.without_decay_of_biases},
        "weight_after",
        "bias",
        step=1,
        all=("c/bias", "b/bias"),
        base={"optimizer": Decay},
    ),
    "clipping": Pair(
        {"optimizer": lambda: optimizers.Adam(0.01, clipnorm=1e-3)},
        "optimizer_state_after",
        "momentum",
        cause="optimizer.clipnorm",
    ),
    "learning rate of the second epoch": Pair(
        {"callbacks": [training.SlowsDown()]}, "optimizer_state", "learning_rate", step=STEPS
    ),
    "batch size": Pair({"batch": 6}, "input", "image", cause="batch_size"),
}
if BACKEND == "tensorflow":
    PAIRS["compiled or not"] = Pair(
        {"compiled": {"jit_compile": True}}, outcome="rounding", cause="jit_compile"
    )
FEW = ("identical", "seed", "epsilon")


@pytest.fixture(scope="module")
def run_of(tmp_path_factory):
    """A function from arguments of `training.train` to the directory of such a run, made once."""
    made = {}

    def run(change):
        key = repr(sorted((name, repr(value)) for name, value in change.items()))
        if key not in made:
            made[key] = tmp_path_factory.mktemp("run")
            change = dict(change)
            if callable(change.get("optimizer")):
                change["optimizer"] = change["optimizer"]()
            training.train(made[key], **change)
        return made[key]

    return run


@pytest.fixture(scope="module")
def again(tmp_path_factory):
    """The training without a change, once more."""
    training.train(tmp_path_factory.mktemp("again"))
    return tmp_path_factory.getbasetemp() / "again0"


def names():
    for name in PAIRS:
        yield pytest.param(name, marks=[] if name in FEW else [pytest.mark.thorough])


@pytest.mark.parametrize("name", list(names()))
def test_the_first_difference_is_named(run_of, again, name):
    pair = PAIRS[name]
    base = again if name == "identical" else run_of(pair.base)
    found = diff(base, run_of(pair.change))
    print(found)
    assert found.outcome == pair.outcome
    assert found.exact
    if pair.outcome == "same":
        assert found.parting is None
        assert found.settings == ()
        return
    parting = found.parting
    if name == "compiled or not":  # where it rounds first depends on the compiler
        assert parting.phase.value not in ("input", "target", "weight")
    else:
        assert parting.phase.value == pair.phase
        assert parting.step == pair.step
        assert parting.same_until == (pair.step - 1 if pair.step else None)
        assert parting.jump == pair.jump
    assert pair.tensor in parting.tensor
    assert pair.words in found.text
    if pair.all:
        assert set(parting.tensors) == set(pair.all)
    assert pair.cause in ("", *(item.name for item in parting.causes))
    assert bool(pair.cause) == bool(parting.causes)


def test_without_checksums_statistics_are_compared_and_it_says_what_to_switch_on(
    run_of, tmp_path_factory
):
    plain = run_of({"record": False})
    same, other = diff(run_of({}), plain), diff(plain, run_of({"seed": 2}))
    assert (same.outcome, same.exact) == ("same", False)
    assert "No difference that statistics show" in same.text
    assert "checksums" in same.sentences[1]
    assert other.outcome == "substance"
    assert other.parting.phase.value == "weight"
    assert set(other.parting.tensors) == {"c/kernel", "b/kernel"}


def test_the_difference_grows_and_is_told(run_of):
    found = diff(run_of({}), run_of({"seed": 2}))
    steps = [step for step, _ in found.growth]
    assert steps == list(range(2 * STEPS))
    assert found.growth[-1][1] > 0.01
    assert f"By step {steps[-1]}" in str(found)
