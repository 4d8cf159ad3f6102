"""A command server in its own process, without a model.

`python -m tests.faults.steered_child DIRECTORY HOW` prints "ready", and ends as HOW says; "wait" waits
for a signal.
"""

import os
import signal
import sys
import threading
import time

from tb_keras_inspect.steering.channel import TrainingChannel
from tb_keras_inspect.training.steering.commands.server import CommandServer

TOKEN = "ab" * 20


def leave(*_):
    """A handler of the user."""
    sys.exit(3)


def main():
    """Serves until the end."""
    directory, how = sys.argv[1:]
    state = {"status": "running", "step": 5}
    server = CommandServer(TrainingChannel(directory, TOKEN), TOKEN, lambda: state, lambda: True)
    server.start()
    if how == "handler":
        signal.signal(signal.SIGTERM, leave)
    if how == "fork" and not os.fork():
        sys.exit(0)  # runs what is registered for the end of the process
    if how == "fork":
        os.wait()
    print("ready", flush=True)
    if how == "exception":
        raise RuntimeError
    if how == "thread":
        threading.Thread(target=time.sleep, args=(0.5,)).start()
        return
    time.sleep(600)


if __name__ == "__main__":
    main()
