"""Records in the run which commands came and what they did."""

import json
import time
from collections.abc import Mapping
from typing import Any

from tb_keras_inspect.records import SCHEMA_VERSION, Kind
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records.summary import to_event, to_value
from tb_keras_inspect.training.recorder import Recorder

MAX_ENTRIES = 10_000  # of a fit
MAX_ENTRIES_OF_A_STEP = 200
MAX_TEXT = 2000  # characters of one text
QUEUE_SECONDS = 5.0  # how long to wait for a place in the recorder's queue


class CommandLog:
    """The entries of one fit.

    TensorBoard keeps one value of a tag per step: each record repeats the earlier entries of its step.

    Args:
        recorder: Where the entries are recorded.
    """

    def __init__(self, recorder: Recorder):
        self._recorder = recorder
        self._step, self._count = -1, 0
        self._entries: list[pb.ControlEntry] = []

    def add(
        self,
        step: int,
        identity: str,
        command: str,
        arguments: Mapping[str, Any],
        outcome: str,
        why: str = "",
        old: str = "",
        new: str = "",
        given_up: range = range(0),
    ) -> None:
        """Record a command, or a breakpoint that was reached.

        Args:
            step: The step that is about to run.
            identity: Id of the command.
            command: Name of the command.
            arguments: Its arguments by name.
            outcome: "done", "refused" or "superseded".
            why: Reason for the outcome.
            old: The setting before the command, as text.
            new: The setting after the command, as text.
            given_up: Steps that were given up, as training returned to a state before them. Defaults
                to none.
        """
        if step != self._step:
            self._step, self._entries = step, []
        if self._count >= MAX_ENTRIES or len(self._entries) >= MAX_ENTRIES_OF_A_STEP:
            return
        self._count += 1
        now = time.time()
        given = json.dumps(arguments, sort_keys=True)
        texts = [_encodable(text)[:MAX_TEXT] for text in (given, outcome, why, old, new)]
        names = ("arguments", "outcome", "why", "old", "new")
        entry = pb.ControlEntry(id=identity, command=command, time=now)
        for name, text in zip(names, texts, strict=True):
            setattr(entry, name, text)
        entry.given_up_from, entry.given_up_until = given_up.start, given_up.stop
        self._entries.append(entry)
        record = pb.ControlRecord(version=SCHEMA_VERSION, entries=self._entries)
        event = to_event(step, now, [to_value(Kind.CONTROL, record)])
        self._recorder.put(lambda: [event], QUEUE_SECONDS)


def _encodable(text: str) -> str:
    """A text that a message can hold: a path in a reason may have signs that Unicode has not."""
    return text.encode("utf-8", "backslashreplace").decode()
