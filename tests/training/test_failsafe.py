"""Printing never ends a training run."""

import io
import os
import sys

import pytest

from tb_keras_inspect.training.failsafe import print_safely

pytestmark = pytest.mark.any_backend


def closed():
    stream = io.StringIO()
    stream.close()
    return stream


def without_reader():
    reader, writer = os.pipe()
    os.close(reader)
    return io.TextIOWrapper(os.fdopen(writer, "wb", buffering=0), write_through=True)


@pytest.mark.parametrize("make", [closed, without_reader, lambda: None])
def test_a_console_that_is_gone(make, monkeypatch):
    monkeypatch.setattr(sys, "stdout", make())
    print_safely("é")


@pytest.mark.parametrize(
    ("encoding", "shown"), [("ascii", r"\xe9\udcff"), ("utf-8", r"é\udcff"), ("cp1252", r"é\udcff")]
)
def test_a_console_that_lacks_a_sign_of_a_path(encoding, shown, monkeypatch):
    output = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(output, encoding=encoding))
    print_safely("é\udcff")
    assert output.getvalue().decode(encoding).strip() == shown
