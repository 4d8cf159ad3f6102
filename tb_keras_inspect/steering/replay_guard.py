"""Makes sure that a signed command is carried out once and soon, whatever clock its sender has."""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

VALID_SECONDS = 120.0  # how long a command may be on its way
NEW_AFTER_SECONDS = 1.0  # between two challenges
MAX_REMEMBERED = 5000  # commands; more only while they could be sent again


class ReplayGuard:
    """The challenges and the commands of one fit.

    The training process writes the newest challenge into its state, and the signature of a command
    covers the challenge that its sender read there. A challenge begins with a number that only grows,
    and goes on at random: no command can be signed before its challenge exists, none is accepted long
    after it, and none of another fit is. Commands are remembered for longer than that. Only this
    process's monotonic clock counts.

    Args:
        clock: Returns seconds. Defaults to None: `time.monotonic`.
    """

    def __init__(self, clock: Callable[[], float] | None = None):
        self._clock = clock or (lambda: time.monotonic())
        self._count = 0
        self._challenges: OrderedDict[str, float] = OrderedDict()  # when each was made
        self._commands: OrderedDict[str, float] = OrderedDict()  # when each came

    def challenge(self) -> str:
        """Return the challenge to write into the state. Call it from one thread at a time."""
        now, made = self._clock(), self._challenges
        if made and now - made[newest := next(reversed(made))] < NEW_AFTER_SECONDS:
            return newest
        while made and now - next(iter(made.values())) > VALID_SECONDS:
            made.popitem(last=False)
        self._count += 1
        challenge = f"{self._count}-{secrets.token_hex(16)}"
        made[challenge] = now
        return challenge

    def is_valid(self, challenge: str) -> bool:
        """Return whether a command that was signed for a challenge may still be carried out."""
        made = self._challenges.get(challenge)
        return made is not None and self._clock() - made <= VALID_SECONDS

    def remember(self, identity: str) -> None:
        """Remember a command whose signature is right and whose challenge is valid."""
        now, came = self._clock(), self._commands
        came[identity] = now
        while len(came) > MAX_REMEMBERED and now - next(iter(came.values())) > VALID_SECONDS:
            came.popitem(last=False)

    def remembers(self, identity: str) -> bool:
        """Return whether a command has come before."""
        return identity in self._commands
