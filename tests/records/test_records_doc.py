"""The bytes in docs/records.md are those that the code writes."""

import pathlib
import re

import numpy as np

from tb_keras_inspect import records
from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.records import bins
from tb_keras_inspect.records.event_file_writer import frame
from tb_keras_inspect.records.summary import to_event, to_value

DOC = pathlib.Path(__file__).parents[2] / "docs" / "records.md"


def block(language):
    """The content of the only fenced block of a language."""
    found = re.findall(r"^```(.*)\n((?:.*\n)*?)```$", DOC.read_text(), re.MULTILINE)
    (content,) = [text for name, text in found if name == language]
    return content


def bytes_of(listing):
    """The hexadecimal pairs at the start of each line; two spaces end them."""
    pairs = [line.strip().split("  ")[0] for line in listing.splitlines()]
    return bytes.fromhex(" ".join(pairs))


def test_the_annotated_example_is_what_the_code_beside_it_writes():
    program, listing = block("python"), block("")
    names = {"records": records, "np": np, "to_event": to_event, "to_value": to_value, "Kind": Kind}
    exec(program, names)
    assert bytes_of(listing) == frame(names["event"].SerializeToString())


def test_every_kind_and_the_bins_written_now_are_described():
    text = DOC.read_text()
    for kind in Kind:
        assert f"`{kind.value}`" in text
    assert f"f = {bins.FIRST_EXPONENT}, E = {bins.EXPONENTS}" in text
    assert f"now {records.SCHEMA_VERSION}" in text
