"""The tools that see and change a running fit."""

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from tb_keras_inspect.catalog.commands import COMMANDS, REQUIRED, CommandError, Parameter
from tb_keras_inspect.files.locations import below
from tb_keras_inspect.mcp_server.tools import Run
from tb_keras_inspect.steering.channel import ENDED, Channel
from tb_keras_inspect.steering.connect import connect
from tb_keras_inspect.steering.liveness import Liveness
from tb_keras_inspect.store.logdir import Logdir

TIMEOUT_SECONDS = 30.0
HIDDEN = ("version", "challenge", "beat", "time")  # of the state: for the protocol alone


def _listed(parameters: Mapping[str, Parameter]) -> str:
    return ", ".join(
        name if parameter.default is REQUIRED else f"{name}={parameter.default!r}"
        for name, parameter in parameters.items()
    )


class SteeringTools:
    """Controls the fits that record into one directory.

    Args:
        logdir: The runs; those that it lists can be steered, and no other.
        token: The token of the fit. None: each run's own, read from its directory.
    """

    def __init__(self, logdir: Logdir, token: str | None):
        self._logdir, self._token = logdir, token

    def training_state(self, run: Run) -> dict[str, Any]:
        """See whether a run is training or paused now, at which step, and its breakpoints.

        `alive` is false if the fit has ended, and null if its program may have been killed.
        """
        state = Channel(self._path(run)).state()
        alive = state.get("status") != ENDED and Liveness().update(state)
        return {
            "run": run,
            "alive": alive,
            "state": {key: value for key, value in state.items() if key not in HIDDEN},
        }

    def steer(
        self,
        run: Run,
        command: Annotated[str, Field(description="Name of the command.")],
        arguments: Annotated[
            dict[str, Any] | None, Field(description="Its arguments by name.")
        ] = None,
    ) -> dict[str, Any]:
        if command in COMMANDS and COMMANDS[command].inspects:
            raise CommandError(
                f"{command} returns a picture: use the tab or tb_keras_inspect.connect"
            )
        control = connect(self._path(run), self._token, TIMEOUT_SECONDS)
        return {"run": run, **dataclasses.asdict(control.command(command, **arguments or {}))}

    steer.__doc__ = "\n".join(
        [
            "Change a running fit. The command takes effect before the next step, and is recorded.",
            "",
            "Commands:",
            *(
                f"- {name}({_listed(command.parameters)}): {command.title}"
                for name, command in COMMANDS.items()
                if not command.inspects
            ),
        ]
    )

    def _path(self, run: str) -> str:
        self._logdir.run(run)  # refuses names that are not listed
        location = self._logdir.location()
        return location if run == "." else below(location, run)
