"""Event files: TensorBoard's own reader reads them, its own checksum agrees."""

import os
import struct
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.backend.event_processing.io_wrapper import IsTensorFlowEventsFile
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c

from tb_keras_inspect import records
from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.records import event_file_writer
from tb_keras_inspect.records.checksum import masked_crc
from tb_keras_inspect.records.event_file_writer import EventFileWriter
from tb_keras_inspect.records.summary import to_event, to_value

pytestmark = pytest.mark.core


def event(step):
    return to_event(step, 100.0 + step, [to_value(Kind.STEP, table(step))])


def table(step):
    return records.encode_table(1, ["loss"], np.full((1, 1), step))


def read(path):
    """Step and table of all events behind the version, by TensorBoard's reader."""
    events = list(EventFileLoader(str(path)).Load())
    assert events[0].file_version == "brain.Event:2"
    return [
        (e.step, records.decode_table(e.summary.value[0].tensor.string_val[0])) for e in events[1:]
    ]


@given(st.binary(max_size=300))
def test_the_checksum_is_that_of_tensorboard_in_pure_python(data):
    assert masked_crc(data) == masked_crc32c(data)


@given(st.binary(max_size=300))
def test_a_frame_is_length_checksum_data_checksum(data):
    frame = event_file_writer.frame(data)
    assert len(frame) == 8 + 4 + len(data) + 4
    assert struct.unpack("<Q", frame[:8])[0] == len(data)
    assert struct.unpack("<I", frame[8:12])[0] == masked_crc32c(frame[:8])
    assert frame[12:-4] == data
    assert struct.unpack("<I", frame[-4:])[0] == masked_crc32c(data)


def test_tensorboard_reads_what_was_written(tmp_path):
    writer = EventFileWriter(str(tmp_path / "new" / "run"))
    writer.write(*map(event, range(3)))
    writer.write(event(3))
    writer.close()
    found = read(writer.path)
    assert [step for step, _ in found] == [0, 1, 2, 3]
    assert [t.values.item() for _, t in found] == [0, 1, 2, 3]


def test_each_write_can_be_read_before_the_file_is_closed(tmp_path):
    writer = EventFileWriter(str(tmp_path))
    loader = EventFileLoader(writer.path)
    assert [e.file_version for e in loader.Load()] == ["brain.Event:2"]
    for step in range(3):
        writer.write(event(step))
        assert [e.step for e in loader.Load()] == [step]
    writer.close()


def test_the_size_is_that_of_the_file(tmp_path):
    writer = EventFileWriter(str(tmp_path))
    writer.write(event(0))
    assert writer.size == os.path.getsize(writer.path) > 0
    writer.close()


def test_names_are_event_files_to_tensorboard_and_unique(tmp_path):
    writers = [EventFileWriter(str(tmp_path)) for _ in range(12)]  # past a count of two digits
    paths = [writer.path for writer in writers]
    assert len(set(paths)) == len(paths)
    assert paths == sorted(paths)
    assert all(IsTensorFlowEventsFile(path) for path in paths)
    for writer in writers:
        writer.close()


def test_a_file_cut_in_the_middle_of_a_record_reads_up_to_there(tmp_path):
    writer = EventFileWriter(str(tmp_path))
    writer.write(event(0), event(1))
    writer.close()
    os.truncate(writer.path, writer.size - 5)
    assert [step for step, _ in read(writer.path)] == [0]


def test_a_directory_that_cannot_be_made_raises_at_once(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="file"):
        EventFileWriter(str(tmp_path / "file" / "run"))


REMOTE = """
import sys, types
sys.modules["tensorboard.compat.notf"] = types.ModuleType("notf")  # not TensorFlow's file layer
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.compat.proto import event_pb2
from tb_keras_inspect.records.event_file_writer import EventFileWriter
writer = EventFileWriter("memory://bucket/run")
writer.write(event_pb2.Event(step=5))
print([event.step for event in EventFileLoader(writer.path).Load()])
writer.close()
"""


def test_a_remote_directory_goes_through_the_file_layer_of_tensorboard():
    pytest.importorskip("fsspec")
    command = [sys.executable, "-c", REMOTE]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert result.stdout.strip() == "[0, 5]", result.stderr


@pytest.mark.skipif(os.name != "posix", reason="needs links and pipes")
def test_nothing_that_has_the_next_names_is_written_to(tmp_path, monkeypatch):
    """The name can be guessed: a link made beforehand must not lead the records into another file."""
    precious = tmp_path / "precious"
    precious.write_text("precious")
    names = [f"events.out.tfevents.{number}.keras_inspect" for number in range(4)]
    (tmp_path / names[0]).symlink_to(precious)
    os.link(precious, tmp_path / names[1])
    os.mkfifo(tmp_path / names[2])
    free = iter(names)
    monkeypatch.setattr(event_file_writer, "file_name", lambda after: next(free))
    writer = EventFileWriter(str(tmp_path))
    writer.write(event(1))
    writer.close()
    assert os.path.basename(writer.path) == names[3]
    assert [step for step, _ in read(writer.path)] == [1]
    assert precious.read_text() == "precious"
