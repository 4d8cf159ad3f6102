"""Where to change what (docs/architecture.md), and how many files it takes (CONTRIBUTING.md)."""

import re

import pytest

from tests.docs.pages import ROOT

PACKAGE = ROOT / "tb_keras_inspect"
# An example of each placeholder.
EXAMPLES = {
    "<name>": "jax",
    "<room>": "data",
    "<rule>": "non_finite_validation",
    "<view>": "weights",
}
PATH = re.compile(r"`([\w.<>-]+(?:/[\w.<>-]*)*)`")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()


def table_rows():
    text = ARCHITECTURE.split("## Where would I change")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE)
    return [row for row in rows if row[0] not in ("to change", "---")]


def recipes():
    """What is added, how many files that takes (None: not counted), and the numbered items."""
    text = CONTRIBUTING.split("## How many files a change takes")[1]
    found = re.findall(r"^\*\*To add (a [^:]+): ([^*]+)\*\*(.*?)(?=^\*\*|\Z)", text, re.M | re.S)
    return {
        what: (re.match(r"(\d+) files", count), re.findall(r"^\d\. (.*(?:\n   .*)*)", body, re.M))
        for what, count, body in found
    }


def exists(path):
    for placeholder, example in EXAMPLES.items():
        path = path.replace(placeholder, example)
    return (ROOT / path).exists() or (PACKAGE / path).exists()


def paths_in(text):
    """The paths of a text; other code, such as a command or a test's pattern, has none of these."""
    return [path for path in PATH.findall(text) if "/" in path or "." in path]


@pytest.mark.parametrize("row", table_rows(), ids=lambda row: row[0])
def test_what_the_table_of_the_architecture_names_exists(row):
    _, where, test = row
    places = PATH.findall(where)
    assert places
    assert [path for path in places if not exists(path)] == []
    assert [path for path in PATH.findall(test) if not exists(path)] == []


@pytest.mark.parametrize("what", recipes())
def test_files_that_a_change_takes_exist_and_are_counted(what):
    count, items = recipes()[what]
    assert items
    if count:
        assert len(items) == int(count[1])
    for item in items:
        assert [path for path in paths_in(item) if not exists(path)] == []


def test_changes_take_no_more_files_than_they_may():
    counts = {what: int(count[1]) for what, (count, _) in recipes().items() if count}
    limits = {"a statistic of tensors": 5, "a rule": 3, "a view": 5}
    assert counts.keys() == limits.keys()
    assert all(counts[what] <= limits[what] for what in limits)
    assert "a backend" in recipes()
