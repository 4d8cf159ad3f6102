"""What browser tests ask of the tab: an address, a step, a number."""

from urllib.parse import quote

from tests.e2e import harness


def address(**settings) -> str:
    parts = (f"p.keras_inspect.{key}={quote(str(text))}" for key, text in settings.items())
    return "&".join(["keras_inspect", *parts])


def shown_step(tab: harness.Tab) -> int:
    return int(tab.part("step-label").get_attribute("data-value"))


def move_scrubber(tab: harness.Tab, share: float) -> int:
    """Clicks at a share of the scrubber's width and returns the step that is shown then."""
    box = tab.part("scrubber").bounding_box()
    tab.page.mouse.click(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
    return shown_step(tab)
