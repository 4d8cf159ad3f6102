"""Names of event files and times of events grow with the order of writing, whatever the clock says."""

import math
import os
import struct
import time
import tracemalloc

import pytest
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

from tb_keras_inspect.records.checksum import masked_crc
from tb_keras_inspect.records.event_file_writer import EventFileWriter
from tb_keras_inspect.records.event_order import file_name
from tb_keras_inspect.records.summary import to_event


def write(directory, *times):
    """A new event file with an event for each of these times."""
    writer = EventFileWriter(str(directory))
    for step, wall_time in enumerate(times):
        writer.write(to_event(step, wall_time, []))
    writer.close()
    return writer.path


def times_of(path):
    return [event.wall_time for event in EventFileLoader(path).Load()][1:]


def test_a_new_file_sorts_after_all_others_however_early_the_clock_is(tmp_path, monkeypatch):
    other = tmp_path / "events.out.tfevents.4000000000.other.v2"
    other.touch()
    first = write(tmp_path)
    monkeypatch.setattr(time, "time", lambda: 1e9)
    second = write(tmp_path)
    assert sorted(map(str, tmp_path.iterdir())) == [str(other), first, second]
    assert os.path.basename(first).startswith("events.out.tfevents.4000000001.")


@pytest.mark.parametrize("after", ["", "tfevents", "events.out.tfevents.0999999999.host.1"])
def test_a_name_has_the_time_where_it_comes_last_anyway(monkeypatch, after):
    monkeypatch.setattr(time, "time", lambda: 1e9)
    assert file_name(after).startswith("events.out.tfevents.1000000000.")


def test_times_increase_where_the_clock_does_not(tmp_path):
    times = times_of(write(tmp_path, 100.0, 100.0, 50.0, 99.0, 200.0, 1.0))
    assert times == sorted(set(times))
    assert times == pytest.approx([100, 100, 100, 100, 200, 200])
    again = times_of(write(tmp_path, 1.0, 300.0))
    assert times[-1] < again[0] < 201
    assert again[1] == 300.0


def test_a_time_that_is_none_is_left_as_it_is(tmp_path):
    times = times_of(write(tmp_path, 5.0, math.inf, 1e300, math.nan, 7.0))
    assert times[:3] == [5.0, math.inf, 1e300]
    assert math.isnan(times[3])
    assert times[4] == 7.0


def test_a_damaged_file_is_continued_after_what_is_whole(tmp_path):
    path = write(tmp_path, 100.0, 200.0)
    os.truncate(path, os.path.getsize(path) - 3)
    assert times_of(write(tmp_path, 1.0))[0] == pytest.approx(100)


def test_a_record_that_claims_to_be_huge_takes_no_memory_of_the_training_process(tmp_path):
    length = struct.pack("<Q", (1 << 30) - 100)
    path = tmp_path / "events.out.tfevents.1700000000.host.1.000000.keras_inspect"
    with open(path, "wb") as file:
        file.write(length + struct.pack("<I", masked_crc(length)))
        file.truncate(1 << 31)  # sparse
    tracemalloc.start()
    write(tmp_path, 1.0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 << 20
