"""Five fits in quick succession, and an end.

`python -m tests.training.runs.resting_child DIRECTORY HOW`: "leave", "fail" or "fork".

With "fork", a child says in its status whether the directory is free, and a sixth fit follows.
"""

import os
import sys

import keras
import numpy as np

from tb_keras_inspect import InspectCallback
from tb_keras_inspect.files.claim import Claim


def main():
    """Trains, and ends as asked."""
    directory, how = sys.argv[1:]
    x = np.zeros((8, 4), "float32")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    callback = InspectCallback(directory, every=100, maps_every=0)
    for _ in range(5):
        model.fit(x, x[:, :1], verbose=0, callbacks=[callback])
    if how == "fail":
        raise RuntimeError("the program fails")
    if how == "fork":
        child = os.fork()
        if not child:
            os._exit(0 if Claim(directory).is_free else 7)
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
            sys.exit("the directory was not free")
        model.fit(x, x[:, :1], verbose=0, callbacks=[callback])


if __name__ == "__main__":
    main()
