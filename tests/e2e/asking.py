"""What browser tests ask of the tab: an address, a step, a number, its accessibility."""

import pathlib
import re
from urllib.parse import quote

import numpy as np

from tests.e2e import harness

VIEWS = [
    "overview",
    "time",
    "distributions",
    "activations",
    "units",
    "weights",
    "data",
    "examples",
    "graph",
    "compare",
]
AXE = pathlib.Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


def address(**settings) -> str:
    parts = (f"p.keras_inspect.{key}={quote(str(text))}" for key, text in settings.items())
    return "&".join(["keras_inspect", *parts])


def str_of(value: np.float32) -> str:
    """The number as a page writes it: in the digits of a double."""
    return re.sub(r"\.0$", "", repr(float(value)))


def shown_step(tab: harness.Tab) -> int:
    return int(tab.part("step-label").get_attribute("data-value"))


def move_scrubber(tab: harness.Tab, share: float) -> int:
    """Clicks at a share of the scrubber's width and returns the step that is shown then."""
    box = tab.part("scrubber").bounding_box()
    tab.page.mouse.click(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
    return shown_step(tab)


def violations(tab: harness.Tab) -> list[str]:
    """What axe finds wrong on the page: each rule and where, in one line."""
    tab.page.evaluate(AXE.read_text())
    found = tab.page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [_summary(violation) for violation in found]


def _summary(violation: dict) -> str:
    places = [" ".join(map(str, node["target"])) for node in violation["nodes"][:3]]
    return f"{violation['id']} ({violation['impact']}): {'; '.join(places)}"
