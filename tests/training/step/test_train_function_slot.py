"""One owner of `model.train_function`: what the next call runs, in which order, and what stays."""

import pytest

from tb_keras_inspect.training.step.train_function_slot import NotMade, TrainFunctionSlot


class Model:
    """What the slot needs of a model in `fit`. Notes what runs."""

    def __init__(self):
        self.log = []
        self.history = object()
        self.train_function = None
        self.make_train_function(force=True)

    def make_train_function(self, force=False):
        number = self.log.count("made") + 1
        self.log.append("made")
        step = getattr(self, "train_step", None)
        self.train_function = lambda x: self.log.append(f"own {number}: {x}") or ("own", step, x)

    def step(self, x=0):
        """What the trainer does."""
        return self.train_function(x)

    def ran(self):
        """What ran since the last call of this."""
        found, self.log[:] = [item for item in self.log if item != "made"], []
        return found


@pytest.fixture
def model():
    model = Model()
    model.own = model.train_function
    return model


@pytest.fixture
def slot(model):
    return TrainFunctionSlot(model)


def instrumented(model):
    def call(own, arguments):
        model.log.append(f"instrumented: {arguments[0]}")
        return "instrumented"

    return call


def holding(model, slot):
    def hold(arguments):
        model.log.append("hold begins")
        result = slot.run(arguments)
        model.log.append("hold ends")
        return result

    return hold


def test_a_step_that_nobody_asked_for_runs_the_users_own_function(model, slot):
    assert slot.own is model.own
    assert model.train_function is model.own
    assert model.step(3) == ("own", None, 3)


def test_an_instrumented_call_is_made_once(model, slot):
    slot.instrument_next_call(instrumented(model))
    assert slot.own is model.own
    assert [model.step(1), model.step(2)[0]] == ["instrumented", "own"]
    assert model.ran() == ["instrumented: 1", "own 1: 2"]
    assert model.train_function is model.own


@pytest.mark.parametrize("hold_first", [True, False])
def test_a_hold_is_outside_whoever_asked_first(model, slot, hold_first):
    ask = [
        lambda: slot.hold_next_call(holding(model, slot)),
        lambda: slot.instrument_next_call(instrumented(model)),
    ]
    for one in ask if hold_first else reversed(ask):
        one()
    assert model.step(1) == "instrumented"
    assert model.ran() == ["hold begins", "instrumented: 1", "hold ends"]
    model.step(2)
    assert model.ran() == ["own 1: 2"]


def test_a_hold_may_make_the_call_again_and_instrument_each(model, slot):
    def twice(arguments):
        slot.run(arguments)
        slot.instrument_next_call(instrumented(model))
        slot.run(arguments)
        return slot.run(arguments)

    slot.hold_next_call(twice)
    model.step(1)
    assert model.ran() == ["own 1: 1", "instrumented: 1", "own 1: 1"]
    assert model.train_function is model.own


def test_what_a_hold_asked_for_and_did_not_run_does_not_reach_the_next_step(model, slot):
    def skip(arguments):
        slot.instrument_next_call(instrumented(model))
        return "skipped"

    slot.hold_next_call(skip)
    assert model.step(1) == "skipped"
    model.step(2)
    assert model.ran() == ["own 1: 2"]


@pytest.mark.parametrize("where", ["hold", "instrumented", "both"])
def test_an_exception_leaves_the_users_own_function(model, slot, where):
    def fail(*_):
        raise RuntimeError(where)

    if where != "hold":
        slot.instrument_next_call(fail)
    if where != "instrumented":
        slot.hold_next_call(fail if where == "hold" else holding(model, slot))
    with pytest.raises(RuntimeError, match=where):
        model.step(1)
    assert model.train_function is model.own
    model.ran()
    assert model.step(2)[0] == "own"
    assert model.ran() == ["own 1: 2"]


def test_the_users_function_makes_the_update_that_the_instrumented_call_did_not(model, slot):
    made = NotMade(("again",), lambda: model.log.append("blamed"))
    slot.instrument_next_call(lambda own, arguments: made)
    assert model.step(1) == ("own", None, "again")
    assert model.ran() == ["own 1: again", "blamed"]


def test_an_update_that_fails_without_instrumentation_too_is_not_blamed_on_it(slot, model):
    def fail(*_):
        raise RuntimeError("own")

    model.train_function = fail
    made = NotMade((1,), lambda: model.log.append("blamed"))
    slot.instrument_next_call(lambda own, arguments: made)
    with pytest.raises(RuntimeError, match="own"):
        model.step(1)
    assert model.ran() == []


class Listener:
    def __init__(self):
        self.errors = []

    def step_raised(self, error):
        self.errors.append(str(error))


@pytest.mark.parametrize("where", ["instrumented", "own", "hold", "nowhere", "not asked for"])
def test_a_listener_is_told_of_what_an_instrumented_call_raises(model, slot, where):
    def fail(*_):
        raise RuntimeError(where)

    model.train_function = fail if where in ("own", "not asked for") else model.own
    slot.listener = Listener()
    if where != "not asked for":
        slot.instrument_next_call(
            fail if where == "instrumented" else lambda own, arguments: NotMade(arguments)
        )
    slot.hold_next_call(fail if where == "hold" else holding(model, slot))
    if where == "nowhere":
        model.step(1)
    else:
        with pytest.raises(RuntimeError, match=where):
            model.step(1)
    assert slot.listener.errors == ([where] if where in ("instrumented", "own") else [])


def test_what_is_cancelled_is_not_called(model, slot):
    slot.instrument_next_call(instrumented(model))
    slot.hold_next_call(holding(model, slot))
    slot.cancel_instrumented()
    assert model.train_function is not model.own  # the hold still wants it
    slot.cancel_hold()
    assert model.train_function is model.own
    slot.cancel_hold()
    model.step(1)
    assert model.ran() == ["own 1: 1"]


def test_a_function_made_again_in_mid_fit_is_the_users_own_from_then_on(model, slot):
    slot.instrument_next_call(instrumented(model))
    model.make_train_function(force=True)  # as after `compile`, by a callback of the user's
    model.step(1)
    assert model.ran() == ["own 2: 1"]
    slot.hold_next_call(holding(model, slot))
    model.step(2)
    assert model.ran() == ["hold begins", "own 2: 2", "hold ends"]
    assert slot.own is model.train_function


def test_inside_a_hold_the_function_that_was_made_last_is_run(model, slot):
    seen = []

    def remake(arguments):
        slot.remake()
        return slot.run(arguments)

    model.train_step = lambda data: data
    slot.instrument_next_call(lambda own, arguments: seen.append(own) or NotMade(arguments))
    slot.hold_next_call(remake)
    model.step(1)
    assert model.ran() == ["own 2: 1"]
    assert seen == [model.train_function]  # the instrumented call is told which it replaces


def test_no_function_yet_or_no_more_is_left_alone(model, slot):
    model.train_function = None
    slot.instrument_next_call(instrumented(model))
    slot.hold_next_call(holding(model, slot))
    assert slot.own is None
    assert model.train_function is None
    model.make_train_function()
    model.step(1)
    assert model.ran() == ["own 2: 1"]
    slot.discard()
    assert model.train_function is None


def test_a_users_wrapper_set_in_between_stays_and_is_run_around(model, slot):
    slot.instrument_next_call(instrumented(model))
    inner = model.train_function

    def wrapper(x):
        model.log.append("wrapper")
        return inner(x)

    model.train_function = wrapper
    assert model.step(1) == "instrumented"
    assert model.ran() == ["wrapper", "instrumented: 1"]
    assert model.train_function is wrapper
    for step in (2, 3):
        model.step(step)
        assert model.ran() == ["wrapper", f"own 1: {step}"]
    slot.hold_next_call(holding(model, slot))
    model.step(4)
    assert model.ran() == ["hold begins", "wrapper", "own 1: 4", "hold ends"]
    assert model.train_function is wrapper


@pytest.mark.parametrize("held", [True, False])
def test_what_a_fit_asked_for_is_not_done_in_another(model, slot, held):
    slot.instrument_next_call(instrumented(model))
    if held:
        slot.hold_next_call(holding(model, slot))
    model.history = object()  # another callback ended that fit before the step
    assert model.step(1)[0] == "own"
    assert model.ran() == ["own 1: 1"]
    assert model.train_function is model.own


def test_a_fit_inside_a_fit_has_a_slot_of_its_own(model, slot):
    slot.instrument_next_call(instrumented(model))
    outer = model.history
    model.history, inner = object(), TrainFunctionSlot(model)
    inner.hold_next_call(holding(model, inner))
    model.step(1)  # the outer fit's request is not for this step
    assert model.ran() == ["hold begins", "own 1: 1", "hold ends"]
    model.history = outer
    slot.instrument_next_call(instrumented(model))
    model.step(2)
    assert model.ran() == ["instrumented: 2"]
    assert model.train_function is model.own


def test_keras_makes_another_function_and_the_model_keeps_its_own(model, slot):
    function = slot.make_function("another step")
    assert function(1) == ("own", "another step", 1)
    assert model.train_function is model.own
    assert not hasattr(model, "train_step")
