"""A run that is written in pieces, as a training program writes it."""

from tb_keras_inspect.records import Kind
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records.event_file_writer import EventFileWriter
from tb_keras_inspect.records.summary import to_event, to_value


class GrowingRun:
    """A run that is written in pieces, now: its clock is the machine's."""

    def __init__(self, directory, run):
        directory.mkdir(parents=True)
        self._writer = EventFileWriter(str(directory))
        self._events = list(run.events())
        self._last = 0

    def grow(self, to_step):
        """Appends the samples before a step."""
        while self._events and self._events[0].step < to_step:
            event = self._events.pop(0)
            event.wall_time += 2e9  # recorded just now
            self._last = event.step
            self._writer.write(event)
        self._writer.flush()

    def end(self, *changes):
        """What a fit writes at its end, with the last changes of its findings."""
        record = pb.FindingRecord(version=1, last=True, changes=changes)
        self._writer.write(to_event(self._last, 3e9, [to_value(Kind.FINDING, record)]))
        self._writer.flush()
