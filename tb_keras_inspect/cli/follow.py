"""`tb-keras-inspect diagnose --follow`: the findings of runs that grow, as they come."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tb_keras_inspect.diagnosis.engine import diagnose
from tb_keras_inspect.diagnosis.findings import Findings
from tb_keras_inspect.diagnosis.wording import printable
from tb_keras_inspect.files.locations import is_remote
from tb_keras_inspect.store import RunData
from tb_keras_inspect.store.cache import MemoryCache
from tb_keras_inspect.store.logdir import Logdir
from tb_keras_inspect.store.sources.file_logdir import FileLogdir
from tb_keras_inspect.training.live.finding_changes import CONFIRMED, Change, FindingChanges

POLL_SECONDS = 1.0
REMOTE_POLL_SECONDS = 5.0  # each look at a URL takes requests
SHARE = 0.2  # of the time may be spent on reading and diagnosing
SILENT_SECONDS = 600.0  # without a new record: killed, if the log does not say how the fit ended
BETWEEN_SECONDS = 5.0  # from the end of one fit to the next, in a directory of several runs

Event = dict[str, Any]  # as documented in docs/command_line.md


class Follower:
    """Diagnoses the runs of a directory again whenever they have grown.

    Args:
        logdir: A directory; its runs may appear later.
        thresholds: As for `diagnose`.

    Attributes:
        runs: The runs so far, by name.
        found: The findings of each, as of the last look.
    """

    def __init__(self, logdir: str, thresholds: Mapping[str, float]):
        self._logdir = Logdir(FileLogdir(logdir), MemoryCache(), fresh_seconds=0.0)
        self._poll_seconds = REMOTE_POLL_SECONDS if is_remote(logdir) else POLL_SECONDS
        self._own_name = os.path.basename(os.path.abspath(logdir))
        self._thresholds = thresholds
        self._changes: dict[str, FindingChanges] = {}
        self._stamps: dict[str, Any] = {}
        self._ended: set[str] = set()
        self.runs: dict[str, RunData] = {}
        self.found: dict[str, Findings] = {}

    def events(self, sleep: Callable[[float], Any] = time.sleep) -> Iterator[Event]:
        """What happens, until the fits have ended.

        Args:
            sleep: Waits for some seconds.
        """
        quiet_since = time.monotonic()
        while True:
            begun = time.monotonic()
            for event in self.poll():
                quiet_since = time.monotonic()
                yield event
            now = time.monotonic()
            if self.has_ended and now - quiet_since >= self._patience():
                return
            sleep(max(self._poll_seconds, (now - begun) / SHARE))

    @property
    def has_ended(self) -> bool:
        """Whether there are runs, and none of them is training."""
        return bool(self.runs) and self._ended >= set(self.runs)

    def poll(self) -> Iterator[Event]:
        """What has happened since the last call."""
        for name, run in self._logdir.runs().items():
            name = self._own_name if name == "." else name
            self.runs[name] = run
            has_ended = _has_ended(run)
            if self._stamps.get(name) != run.stamp:
                self._stamps[name] = run.stamp
                yield from self._diagnosed(name, run, has_ended)
            elif has_ended and name not in self._ended:  # silent
                yield from self._diagnosed(name, run, has_ended)

    def _diagnosed(self, name: str, run: RunData, has_ended: bool) -> Iterator[Event]:
        is_first = name not in self._changes
        changes = self._changes.setdefault(name, FindingChanges())
        found = self.found[name] = diagnose(run, self._thresholds)
        step = run.extent()[2]
        confirmed = 1 if is_first else CONFIRMED  # what is there already needs no patience
        for change in changes.update(found, confirmed=confirmed, is_last=has_ended):
            yield _event(name, step, change)
        if has_ended and name not in self._ended:
            self._ended.add(name)
            yield {"run": name, "step": step, "change": "ended", "finding": None}
        elif not has_ended:
            self._ended.discard(name)  # another fit continues the run

    def _patience(self) -> float:
        return 0.0 if set(self.runs) == {self._own_name} else BETWEEN_SECONDS


def line(event: Event) -> str:
    """An event as one line of text."""
    step = "" if event["step"] is None else f" step {event['step']}:"
    start = f"{printable(event['run'])}:{step} {event['change']}"
    finding = event["finding"]
    if finding is None:
        return start
    return f"{start} {finding['severity']} {finding['problem']}: {printable(finding['title'])}"


def say_what_is_awaited(logdir: str) -> None:
    """Tells people, not programs, that there is nothing to follow yet."""
    if not is_remote(logdir) and not os.path.exists(logdir):
        print(f"tb-keras-inspect diagnose: waiting for a run in {logdir!r}", file=sys.stderr)


def _event(name: str, step: int | None, change: Change) -> Event:
    return {"run": name, "step": step, "change": change.name, "finding": change.finding.to_dict()}


def _has_ended(run: RunData) -> bool:
    ended_at, last = run.finding_log.ended_at, run.extent()[2]
    if ended_at is not None and (last is None or ended_at >= last):
        return True
    return time.time() - run.wall_time >= SILENT_SECONDS
