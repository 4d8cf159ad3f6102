"""Public docstrings say what goes in, what comes out, what is raised, and show it."""

import inspect
import re

import pytest

from tests.docs.pages import docstring_blocks, public

PUBLIC = public()


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_docstring_has_what_a_reader_looks_for(name):
    item = PUBLIC[name]
    text = inspect.getdoc(item)
    assert re.match(r"[^\n]{10,100}\.(\n|$)", text), "the first line is a sentence"
    assert re.search(r"^Example:$", text, re.MULTILINE)
    signature = inspect.signature(item.__init__ if inspect.isclass(item) else item)
    given = [p for p in signature.parameters if p not in ("self", "run", "logs")]
    if given:
        arguments = text.split("Args:")[1].split("\n\n")[0]
        assert [p for p in given if not re.search(rf"\b{p}\b", arguments)] == []


def test_every_example_is_python_that_a_test_runs():
    blocks = docstring_blocks()
    assert {block.language for block in blocks} == {"python"}
    assert {block.page for block in blocks} == set(PUBLIC)
