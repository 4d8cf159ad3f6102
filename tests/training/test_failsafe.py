"""Printing never ends a training run; an exception is quoted in one line."""

import io
import os
import sys

import pytest

from tb_keras_inspect.training.failsafe import print_safely, words

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


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("", "ValueError"),
        ("\n first \nsecond", "ValueError: first"),
        ("\x1b[1mException encountered when calling A\x1b[0m\n\nbad", "ValueError: Exception "),
        (
            "Graph execution error:\n\n File x\n\n7 is not in [0, 5)\n\t [[{{node a}}]]",
            "ValueError: 7 is",
        ),
    ],
    ids=["nothing", "several lines", "Keras", "TensorFlow"],
)
def test_an_exception_is_quoted_by_the_line_that_says_what_it_is(text, quoted):
    assert words(ValueError(text)).startswith(quoted)
    assert "\n" not in words(ValueError(text))
