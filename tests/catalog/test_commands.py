import math

import pytest

from tb_keras_inspect.catalog import commands
from tb_keras_inspect.catalog.commands import (
    COMMANDS,
    CommandError,
    checked,
    superseded,
)
from tb_keras_inspect.steering.client import Control
from tb_keras_inspect.training.steering.actions import Actions


def test_every_command_can_be_carried_out_and_sent():
    for name in COMMANDS:
        assert callable(getattr(Actions, f"_{name}"))
    short = {"look_at_batch": "batch", "look_at_activations": "activations"}
    short["look_at_gradient"] = "gradient"
    assert all(callable(getattr(Control, short.get(name, name))) for name in COMMANDS)


def test_arguments_are_completed_with_their_defaults():
    assert checked("step", {}) == {"count": 1}
    assert checked("resume", {}) == {"retry": False}
    assert checked("set_clipping", {"kind": "off"}) == {"kind": "off", "value": None}
    assert checked("set_learning_rate", {"value": 1}) == {"value": 1.0}


BAD = [
    ("nope", {}, "no command 'nope'"),
    (None, {}, "no command None"),
    ("pause", [], "must be an object"),
    ("pause", {"x": 1}, "takes no 'x'"),
    ("step", {"count": 0}, "whole number from 1"),
    ("step", {"count": 1.0}, "whole number from 1"),
    ("step", {"count": True}, "whole number from 1"),
    ("set_learning_rate", {}, "needs 'value'"),
    ("set_learning_rate", {"value": None}, "a number from 0"),
    ("set_learning_rate", {"value": -1e-9}, "a number from 0"),
    ("set_learning_rate", {"value": math.nan}, "a number from 0, finite"),
    ("set_learning_rate", {"value": 10**400}, "a number from 0"),
    ("scale_learning_rate", {"factor": 0}, "a positive number"),
    ("set_sampling_interval", {"every": "often"}, "'auto' or a whole number"),
    ("set_clipping", {"kind": "hard"}, "one of off, clipnorm"),
    ("set_clipping", {"kind": "clipnorm"}, "needs a value"),
    ("freeze", {"layers": []}, "a list of 1 to"),
    ("freeze", {"layers": [""]}, "a name of at most"),
    ("freeze", {"layers": ["x" * 501]}, "a name of at most"),
    ("break_on_statistic", {"table": "model"}, "one of gradient"),
]


@pytest.mark.parametrize(("name", "arguments", "why"), BAD)
def test_what_cannot_be_right_is_refused_with_what_was_received(name, arguments, why):
    with pytest.raises(CommandError, match=why):
        checked(name, arguments)


def test_a_message_is_short_however_long_the_value():
    with pytest.raises(CommandError) as caught:
        checked("break_on_finding", {"problem": "x" * 100_000})
    assert len(str(caught.value)) < 300
    assert len(commands.short("y" * 1000)) == 80


def test_a_later_setting_of_the_same_thing_overtakes_and_a_factor_does_not():
    names = ["set_learning_rate", "scale_learning_rate", "pause", "set_learning_rate", "resume"]
    assert superseded(names) == [3, 3, 4, None, None]
    assert superseded(["set_learning_rate", "scale_learning_rate"]) == [None, None]
    assert superseded(["freeze", "freeze", "break_at_step", "break_at_step"]) == [None] * 4
