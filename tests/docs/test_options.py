"""docs/options.md against the code."""

import inspect
import pathlib
import re

import tb_keras_inspect
from tb_keras_inspect import InspectCallback

PAGE = pathlib.Path(tb_keras_inspect.__file__).resolve().parent.parent / "docs" / "options.md"


def options_on_the_page() -> dict[str, str]:
    """Default of each option as the table writes it."""
    rows = re.findall(r"^\| (`[^|]+) \| ([^|]*)\|", PAGE.read_text(), re.MULTILINE)
    return {
        name: default.strip(" `")
        for names, default in rows
        for name in re.findall(r"`(\w+)`", names)
    }


def test_table_of_options_is_the_callbacks_signature():
    parameters = inspect.signature(InspectCallback.__init__).parameters.values()
    wanted = {
        parameter.name: "" if parameter.default is parameter.empty else repr(parameter.default)
        for parameter in parameters
        if parameter.name != "self"
    }
    found = {name: default.replace('"', "'") for name, default in options_on_the_page().items()}
    assert {name: found.get(name) for name in wanted} == wanted
    assert set(found) == set(wanted)
