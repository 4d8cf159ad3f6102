"""docs/options.md lists the options of the code."""

import dataclasses
import inspect
import pathlib
import re

import pytest

import tb_keras_inspect
from tb_keras_inspect import InspectCallback, PictureOptions
from tb_keras_inspect.catalog.pictures import MAX_CHANNELS, MAX_PIXELS, PICTURES

PAGE = pathlib.Path(tb_keras_inspect.__file__).resolve().parent.parent / "docs" / "options.md"


GROUPS = (
    "RecordOptions",
    "PictureOptions",
    "BudgetOptions",
    "DiagnosisOptions",
    "ControlOptions",
    "IncidentOptions",
    "RecoveryOptions",
    "Webhook",
)


def options_in(text: str) -> dict[str, str]:
    """Default of each option as a table writes it."""
    rows = re.findall(r"^\| (`[^|]+) \| ([^|]*)\|", text, re.MULTILINE)
    return {
        name: default.strip(" `").replace('"', "'")
        for names, default in rows
        for name in re.findall(r"`(\w+)`", names)
    }


def test_first_table_is_the_callbacks_signature():
    parameters = inspect.signature(InspectCallback.__init__).parameters.values()
    wanted = {
        parameter.name: "" if parameter.default is parameter.empty else repr(parameter.default)
        for parameter in parameters
        if parameter.name != "self"
    }
    assert options_in(PAGE.read_text().split("A `RecordOptions`")[0]) == wanted


@pytest.mark.parametrize("group", GROUPS)
def test_each_group_has_a_table_of_its_fields(group):
    fields = dataclasses.fields(getattr(tb_keras_inspect, group))
    text = re.search(
        rf"^An? `{group}`.*?\n\n(\|.*?)\n\n", PAGE.read_text(), re.DOTALL | re.MULTILINE
    )[1]
    assert options_in(text) == {
        field.name: "" if field.default is dataclasses.MISSING else repr(field.default)
        for field in fields
    }


def test_the_docstring_names_every_kind_of_picture_and_the_defaults():
    text = inspect.getdoc(PictureOptions)
    kinds = re.search(r"kinds: A list of some of(.*?)\. The model's", text, re.DOTALL)[1]
    assert re.findall(r'`"(\w+)"`', kinds) == list(PICTURES)
    assert f"per array. Defaults to {MAX_CHANNELS}." in text
    assert f"averaged down. Defaults to {MAX_PIXELS}:" in re.sub(r"\s+", " ", text)


def test_the_page_names_every_kind_of_picture():
    (row,) = re.findall(r"^\| `kinds` .*$", PAGE.read_text(), re.MULTILINE)
    assert set(PICTURES) <= set(re.findall(r'`"(\w+)"`', row))
