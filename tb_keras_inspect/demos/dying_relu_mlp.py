"""ReLU units that die: the learning rate warms up to ten times a good value.

The model learns for about 80 steps. When the learning rate passes about 0.1, single updates push the
biases so far down that units are negative for every input. A ReLU has no gradient there, so these
units never recover. Once all units of the last hidden layer are dead, only the bias of the output is
trained, and the loss stays at the baseline, ln(classes).
"""

from typing import Any

import keras
from keras import layers, ops

from tb_keras_inspect.demos.demo_run import DemoRun

PEAK = 0.3  # 0.03 trains well
WARM_UP_STEPS = 200


@keras.saving.register_keras_serializable("tb_keras_inspect")
class WarmUp(keras.optimizers.schedules.LearningRateSchedule):
    """Rises linearly to `peak` over `steps` steps and stays there."""

    def __init__(self, peak: float, steps: int):
        self.peak = peak
        self.steps = steps

    def __call__(self, step: Any) -> Any:
        return self.peak * ops.minimum(1.0, (ops.cast(step, "float32") + 1.0) / self.steps)

    def get_config(self) -> dict[str, Any]:
        return {"peak": self.peak, "steps": self.steps}


def build(input_shape: tuple[int, ...], classes: int) -> DemoRun:
    """Builds three hidden ReLU layers, momentum SGD, and a warm-up to too high a learning rate."""
    model = keras.Sequential(
        [
            keras.Input(input_shape, name="pictures"),
            layers.Flatten(name="flatten"),
            layers.Dense(128, activation="relu", name="hidden_1"),
            layers.Dense(128, activation="relu", name="hidden_2"),
            layers.Dense(64, activation="relu", name="hidden_3"),
            layers.Dense(classes, activation="softmax", name="classes"),
        ],
        name="dying_relu_mlp",
    )
    model.compile(
        optimizer=keras.optimizers.SGD(WarmUp(PEAK, WARM_UP_STEPS), momentum=0.9),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return DemoRun("ReLU units die as the learning rate warms up to 0.3", model)
