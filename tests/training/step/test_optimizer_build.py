"""An optimizer is built when Keras builds it, and its variables get the values they get there."""

import keras
import pytest
from keras import optimizers

from tb_keras_inspect import InspectCallback
from tests.training import model_zoo as zoo
from tests.training import read_events, references
from tests.training.references import BACKEND

pytestmark = pytest.mark.skipif(BACKEND != "tensorflow", reason="elsewhere `fit` builds it first")


class Lookahead(optimizers.SGD):
    """Keeps a slow copy of the weights, which it takes when it is built."""

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.slow = self.add_optimizer_variables(variables, "slow")
        for slow, variable in zip(self.slow, variables, strict=True):
            slow.assign(variable + 1.0)

    def update_step(self, gradient, variable, learning_rate):
        super().update_step(gradient, variable, learning_rate)
        slow = self.slow[self._get_variable_index(variable)]
        self.assign_add(variable, 0.1 * (slow - variable))


class FreezesBeforeTheFirstBatch(keras.callbacks.Callback):
    """Stands behind `InspectCallback`. An optimizer built by now would have more variables."""

    def on_train_batch_begin(self, batch, logs=None):
        if not batch:
            assert not self.model.optimizer.built
            self.model.get_layer("first").trainable = False


def by_name():
    choice = optimizers.OptimizerMap(Lookahead(0.1))
    choice[".*head/.*"] = optimizers.Adam(0.1)
    return optimizers.MultiOptimizer(choice)


def train(optimizer, run_eagerly, *callbacks):
    keras.utils.clear_session()
    keras.utils.set_random_seed(5)
    model = zoo.mlp(optimizer=optimizer(), run_eagerly=run_eagerly)
    zoo.fit(model, *callbacks)
    state = [value.tolist() for value in references.full_state_of(model)]
    return state, [variable.path for variable in model.optimizer.variables]


CASES = [
    pytest.param(lambda: optimizers.ScheduleFreeAdamW(0.1), False, id="schedule_free"),
    pytest.param(lambda: optimizers.LossScaleOptimizer(Lookahead(0.1)), False, id="scaled"),
    pytest.param(by_name, False, id="several"),
    pytest.param(lambda: Lookahead(0.1), True, id="eager"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("make", "run_eagerly"), CASES)
def test_what_build_does_to_the_weights_is_as_without_the_callback(tmp_path, make, run_eagerly):
    expected = train(make, run_eagerly, FreezesBeforeTheFirstBatch())
    inspect = InspectCallback(tmp_path, every=2, maps_every=0)
    assert train(make, run_eagerly, inspect, FreezesBeforeTheFirstBatch()) == expected


class HalfBuilt(keras.Model):
    """Says that it is built, but makes the weights of its last layer in the first step."""

    def __init__(self):
        super().__init__()
        self.first, self.head = keras.layers.Dense(7), keras.layers.Dense(zoo.CLASSES)

    def build(self, shape):
        self.first.build(shape)
        self.built = True

    def call(self, x):
        return keras.ops.softmax(self.head(self.first(x)))


@pytest.mark.slow
def test_layers_that_are_built_in_the_first_step_are_built_there(tmp_path):
    def train_half_built(*callbacks):
        keras.utils.clear_session()
        keras.utils.set_random_seed(5)
        model = HalfBuilt()
        model.build((None, zoo.FEATURES))
        zoo.fit(zoo.compiled(model), *callbacks)
        return [value.tolist() for value in references.full_state_of(model)]

    inspect = InspectCallback(tmp_path, every=1, probe=zoo.vectors(samples=4))
    assert train_half_built(inspect) == train_half_built()
    assert read_events.read(tmp_path).steps() == [1, 2]
