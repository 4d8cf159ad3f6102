"""The small training run in its own process.

`python -m tests.faults.training_child DIRECTORY BACKUP SECONDS_A_STEP [control]` prints the number of
each batch before it begins. An empty BACKUP means no backup; with `control` the run takes commands.
"""

import os
import sys
import time

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras

from tb_keras_inspect import InspectCallback
from tests.faults import small_training


def main():
    """Trains."""
    directory, backup, pause = sys.argv[1], sys.argv[2], float(sys.argv[3])
    inspect = InspectCallback(
        directory, every=1, maps_every=0, console=None, control=len(sys.argv) > 4
    )
    callbacks = [keras.callbacks.BackupAndRestore(backup)] if backup else []

    def say(batch, logs=None):
        print("batch", batch, flush=True)
        time.sleep(pause)

    callbacks += [inspect, keras.callbacks.LambdaCallback(on_train_batch_begin=say)]
    small_training.fit(small_training.make_model(), *callbacks)


if __name__ == "__main__":
    main()
