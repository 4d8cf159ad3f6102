"""Event files that grow on an object store, where nothing can be appended: against a real S3 server."""

import contextlib

import pytest
from tensorboard.compat.proto import event_pb2

from tb_keras_inspect.files import growing_object
from tb_keras_inspect.files.locations import made
from tb_keras_inspect.files.remote_files import FsspecFiles, remote_files
from tb_keras_inspect.records.event_file_writer import EventFileWriter
from tests import object_store
from tests.object_store import steps_in


@pytest.fixture(scope="module")
def bucket():
    with object_store.serving() as (_, url):
        yield url


def test_what_was_written_shows_at_a_flush_and_when_the_file_is_closed(bucket):
    writer = EventFileWriter(f"{bucket}/a")
    assert writer.due_seconds is None
    for step in (1, 2):
        writer.write(event_pb2.Event(step=step))
    assert 0 < writer.due_seconds <= growing_object.FLUSH_SECONDS
    assert steps_in(f"{bucket}/a") == [[]]
    writer.flush()
    assert writer.due_seconds is None
    assert steps_in(f"{bucket}/a") == [[1, 2]]
    writer.write(event_pb2.Event(step=3))
    writer.close()
    assert steps_in(f"{bucket}/a") == [[1, 2, 3]]


def test_a_full_object_is_followed_by_another_that_sorts_after_it(bucket, monkeypatch):
    monkeypatch.setattr(growing_object, "FULL_BYTES", 100)
    writer = EventFileWriter(f"{bucket}/b")
    for step in range(12):
        writer.write(event_pb2.Event(step=step, wall_time=1.0))
    writer.close()
    parts = steps_in(f"{bucket}/b")
    assert len(parts) > 2
    assert [step for part in parts for step in part] == list(range(12))


@pytest.fixture
def failing(monkeypatch):
    """A context in which no upload succeeds."""

    @contextlib.contextmanager
    def context():
        def fail(*arguments):
            raise OSError("unreachable")

        with monkeypatch.context() as unreachable:
            unreachable.setattr(FsspecFiles, "write", fail)
            yield

    return context


def test_an_upload_that_fails_is_made_up_for_by_the_next_one(bucket, failing):
    writer = EventFileWriter(f"{bucket}/c")
    with failing():
        for step in range(3):
            writer.write(event_pb2.Event(step=step))
            writer.flush()
    writer.flush()
    assert steps_in(f"{bucket}/c") == [[0, 1, 2]]


def test_after_two_minutes_without_an_upload_it_is_an_error(bucket, failing, monkeypatch):
    monkeypatch.setattr(growing_object, "PATIENCE_SECONDS", 0.0)
    writer = EventFileWriter(f"{bucket}/e")
    writer.write(event_pb2.Event(step=0))
    with failing(), pytest.raises(OSError, match="unreachable"):
        writer.flush()


def test_a_bucket_that_is_missing_is_an_error_and_not_made(bucket):
    with pytest.raises(OSError, match="bucket"):
        EventFileWriter("s3://bucket-with-a-typo/a")
    made("s3://bucket-with-a-typo/a")
    with pytest.raises(FileNotFoundError):
        remote_files("s3://bucket-with-a-typo").names("s3://bucket-with-a-typo")


def test_credentials_that_are_missing_are_an_error_at_once(bucket, monkeypatch):
    import s3fs

    for name in object_store.CREDENTIALS:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/missing")
    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.raises(OSError, match=r"(?i)credentials"):
        EventFileWriter(f"{bucket}/d")
    s3fs.S3FileSystem.clear_instance_cache()
