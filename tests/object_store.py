"""A real S3 server on this machine (moto's), for what is recorded into object stores."""

import contextlib
import logging
import os
import uuid

import pytest
from tensorboard.compat.proto import event_pb2

from tb_keras_inspect.files.file_layer import file_layer
from tb_keras_inspect.records.event_file_reader import EventFile

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@contextlib.contextmanager
def serving():
    """Yields the server, which can be stopped, and the URL of an empty bucket."""
    s3fs = pytest.importorskip("s3fs")
    moto = pytest.importorskip("moto.server")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        for name in ("AWS_ENDPOINT_URL", "S3_ENDPOINT"):  # the latter for TensorBoard with boto3
            patch.setenv(name, f"http://{host}:{port}")
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        s3fs.S3FileSystem.clear_instance_cache()
        bucket = f"bucket-{uuid.uuid4().hex}"
        s3fs.S3FileSystem().mkdir(bucket)
        try:
            yield server, f"s3://{bucket}"
        finally:
            s3fs.S3FileSystem.clear_instance_cache()
            with contextlib.suppress(Exception):  # stopped already
                server.stop()


def steps_in(directory):
    """The steps that a reader finds now, file by file; every file is whole."""
    layer, found = file_layer(directory), []
    for path in layer.event_files(directory):
        file = EventFile(layer, path)
        found.append([event_pb2.Event.FromString(data).step for _, data in file.records()][1:])
        assert file.rest == 0
    return found
