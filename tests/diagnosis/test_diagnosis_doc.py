"""The tables of docs/diagnosis.md are those of the code."""

import pathlib
import re

from tb_keras_inspect.diagnosis import PROBLEMS, THRESHOLDS

TEXT = (pathlib.Path(__file__).parents[2] / "docs" / "diagnosis.md").read_text()


def test_every_rule_is_described():
    assert set(re.findall(r"^\| `(\w+)` \| [^|]+ \| [^|]+ \|$", TEXT, re.MULTILINE)) == {*PROBLEMS}


def test_thresholds_in_the_docs_are_those_of_the_code():
    rows = [
        f"| `{t.name}` | {t.default:g} | {t.low:g} to {t.high:g} | {t.definition} | {t.source} |"
        for t in THRESHOLDS
    ]
    assert [line for line in TEXT.splitlines() if line in rows] == rows
