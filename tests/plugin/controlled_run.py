"""A run that takes commands, without a training run, and requests to it."""

import json
import threading

from werkzeug import test as werkzeug_test

from tb_keras_inspect.records import encode_map, encode_probe
from tb_keras_inspect.steering.channel import TrainingChannel
from tb_keras_inspect.steering.messages import new_id
from tb_keras_inspect.training.steering.commands.server import DONE, CommandServer
from tests.plugin.serving import PREFIX

TOKEN = "a1" * 20
GOOD = {"X-Keras-Inspect-Control": TOKEN, "Content-Type": "application/json"}
PAUSE = {"command": "pause", "arguments": {}}
REMOTE = {"environ_base": {"REMOTE_ADDR": "10.0.0.9"}}


class Training:
    """The training's side of the channel, without a training: each command is done at once.

    Attributes:
        done: The commands that were carried out.
    """

    def __init__(self, directory):
        self.done = []
        self.state = {"status": "running", "step": 7}
        self.busy = threading.Event()  # set: it does not come to its commands
        channel = TrainingChannel(str(directory), TOKEN)
        self.server = CommandServer(channel, TOKEN, lambda: dict(self.state), lambda: True)
        self.server.start()
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        while not self._ends.wait(0.01):
            for request in [] if self.busy.is_set() else self.server.take_commands():
                self.done.append((request.command, request.arguments))
                look = None
                detail = {"form": "map"}
                if request.command == "look_at_batch":
                    detail["form"] = "probe"
                    look = encode_probe([picture("x")], None).SerializeToString()
                elif request.command.startswith("look"):
                    look = picture("dense").SerializeToString()
                self.server.answer(
                    request, DONE, picture=look, step=7, old="", new="", detail=detail
                )

    def close(self):
        self._ends.set()
        self._thread.join()
        self.state["status"] = "ended"
        self.server.close()


def picture(name):
    import numpy as np

    return encode_map(0, name, np.ones((2, 1, 4, 4)), [0], (2, 4, 4, 1), [False], "image")


def post(client, path="control/command", run="a", headers=None, content=None, body=None, **options):
    """A response to a POST; `content` gets an id of its own."""
    if body is None:
        body = json.dumps({"id": new_id(), **(content or PAUSE)})
    builder = werkzeug_test.EnvironBuilder(
        f"{PREFIX}/{path}",
        method="POST",
        query_string={"run": run, **options.pop("query", {})},
        headers=GOOD if headers is None else headers,
        data=body,
        **options,
    )
    return client._client.open(builder)
