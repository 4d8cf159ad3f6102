"""Compares what a program answers with the example on a page."""

from collections.abc import Collection
from typing import Any


def compare(found: Any, example: Any, variable: Collection[str] = ()) -> None:
    """Objects must have the same names in them; of a list the first element stands for all.

    Args:
        found: The answer, as JSON.
        example: The one on the page.
        variable: Objects with one of these names in them have data for names.
    """
    assert type(found) is type(example) or None in (found, example), (found, example)
    if isinstance(found, list) and found and example:
        compare(found[0], example[0], variable)
    if isinstance(found, dict) and not any(name in variable for name in found):
        assert found.keys() == example.keys()
    if isinstance(found, dict):
        for name in found.keys() & example.keys():
            compare(found[name], example[name], variable)
