"""The probe samples of a run."""

import threading

from tb_keras_inspect import records
from tb_keras_inspect.records import DecodedProbe, Kind, RecordError
from tb_keras_inspect.store.problems import Problems
from tb_keras_inspect.store.sources.source import (
    NONE,
    Source,
    Stamp,
    read_or_note,
)


class ProbeReader:
    """Reads the newest probe samples. Thread-safe."""

    def __init__(self, source: Source, problems: Problems):
        self._source, self._problems = source, problems
        self._lock = threading.Lock()
        self._probe: tuple[Stamp, DecodedProbe | None] | None = None

    def probe(self, stamp: Stamp) -> DecodedProbe | None:
        """The newest readable probe samples; None if there are none."""
        with self._lock:
            if self._probe is None or self._probe[0] != stamp:
                self._probe = (stamp, self._read())
            return self._probe[1]

    def _read(self) -> DecodedProbe | None:
        found = read_or_note(self._source, Kind.PROBE, self._problems) or NONE
        for index in reversed(range(len(found))):
            try:
                return records.decode_probe(found.read(index, 0))
            except RecordError as error:
                self._problems.add("probe", str(error), found.steps[index], found.order[index])
        return None
