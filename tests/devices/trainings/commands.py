"""Commands to a training of several processes, sent by a thread of the first one."""

import threading
import traceback

import keras

from tb_keras_inspect import connect
from tb_keras_inspect.steering.channel import NotSteerableError
from tb_keras_inspect.steering.results import RefusedError
from tests.steering import waiting

RATE = 0.015  # that the commands set


class Commander(threading.Thread):
    """Sends the commands of a function as soon as the run in a directory takes some.

    Attributes:
        facts: What the function returned; the traceback where it failed.
    """

    def __init__(self, log_dir, function):
        super().__init__(daemon=True)
        self._log_dir, self._function, self.facts = log_dir, function, None

    def run(self):
        try:
            self.facts = self._function(waiting.until(self._connected))
        except Exception:
            self.facts = traceback.format_exc()

    def _connected(self):
        try:
            return connect(self._log_dir)
        except NotSteerableError:
            return None


def paused_at(training, step):
    """The state of a run that pauses at a step or later."""

    def state():
        now = training.state
        return now if now["status"] == "paused" and now["step"] >= step else None

    return waiting.until(state)


def refusal(command):
    """Why a command is refused."""
    try:
        command()
    except RefusedError as error:
        return str(error)
    return None


class Witness(keras.callbacks.Callback):
    """Notes the learning rate before each step."""

    def __init__(self):
        super().__init__()
        self.rates = []

    def on_train_batch_begin(self, batch, logs=None):
        self.rates.append(round(float(self.model.optimizer.learning_rate), 6))
