"""axe finds nothing in any view, in any of its states, light and dark."""

import pytest
from playwright.sync_api import expect

from tests.e2e.asking import VIEWS, address, violations

STATES = {
    **{view: {"view": view} for view in VIEWS},
    "finding": {"thresholds": "dead_share:0.05", "finding": "a:dying_relu:hidden"},
    **{
        picture: {"view": "activations", "picture": picture}
        for picture in ("saliency", "grad_cam", "functions")
    },
    "weights_picture": {"view": "weights", "weightCurve": "picture"},
    "bands": {"view": "time", "lineForm": "bands"},
}


@pytest.mark.parametrize(
    "load_fast", [True], indirect=True, ids=["load_fast"]
)  # the page is the same
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_accessibility_checker_finds_nothing(open_alone, server, state, theme):
    tab = open_alone(server, address(layer="hidden", **state))
    tab.page.emulate_media(color_scheme=theme)
    expect(tab.part("layer-panel")).to_be_visible()
    expect(tab.part("app")).to_have_attribute("data-theme", theme)
    tab.page.wait_for_load_state("networkidle")
    assert violations(tab) == []
