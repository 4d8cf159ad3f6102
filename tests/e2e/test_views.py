"""Each further view in a real browser: its numbers are what `load_run` reads, its keys work."""

import numpy as np
import pytest
from asking import address, move_scrubber
from playwright.sync_api import expect

from tb_keras_inspect import load_run


@pytest.fixture(scope="module")
def recorded(tiny_logdir):
    return load_run(str(tiny_logdir / "tiny"))


def test_units_count_the_dead_of_the_shown_step(open_alone, server, recorded):
    units = recorded.units("hidden")
    tab = open_alone(server, address(view="units", layer="hidden"))
    tab.part("unit-heatmap").wait_for()
    for share in (0.1, 0.9):
        at = int(np.flatnonzero(units.steps == move_scrubber(tab, share))[0])
        dead = units.dead[at].sum()
        expect(tab.part("dead-units")).to_have_attribute("data-value", str(dead))


def test_units_in_the_order_of_death_begin_with_the_longest_dead(open_alone, server, recorded):
    units = recorded.units("hidden")
    assert units.dead[-1].any(), "nothing died: the training is of no use to this test"
    alive = np.where(units.dead, -1, np.arange(len(units.steps))[:, None]).max(axis=0)
    died = np.where(units.dead[-1], alive + 1, len(units.steps))
    tab = open_alone(server, address(view="units", layer="hidden", unitOrder="death"))
    state = tab.part("unit-state")
    expect(state).to_have_attribute("data-unit", str(died.argmin()))
    expect(state).to_have_attribute("data-value", str(units.steps[died.min()]))


def test_arrow_keys_on_the_units_choose_one_and_leave_the_layer(open_alone, server):
    tab = open_alone(server, address(view="units", layer="hidden", unit=3))
    state = tab.part("unit-state")
    expect(state).to_have_attribute("data-unit", "3")
    tab.part("unit-heatmap").locator("xpath=..").focus()
    for key, unit in (("ArrowDown", 4), ("ArrowUp", 3), ("PageDown", 13), ("PageUp", 3)):
        tab.page.keyboard.press(key)
        expect(state).to_have_attribute("data-unit", str(unit))
    expect(tab.part("layer-panel")).to_have_attribute("data-layer", "hidden")


def test_layer_without_units_says_so(open_alone, server):
    tab = open_alone(server, address(view="units", layer="gone"))
    expect(tab.part("unit-heatmap")).to_be_visible()  # the first layer with variables
    tab.part("units-layer").select_option("classes")
    expect(tab.part("layer-panel")).to_have_attribute("data-layer", "classes")


@pytest.mark.parametrize(
    ("kind", "name"),
    [("gradient", "hidden/kernel"), ("weight", "hidden/bias"), ("activation", "hidden")],
)
def test_distribution_of_the_shown_step_counts_every_element(
    open_alone, server, recorded, kind, name
):
    histogram = recorded.histogram(kind, name)
    tab = open_alone(server, address(view="distributions", layer="hidden", kind=kind, tensor=name))
    tab.part("density").wait_for()
    bars = tab.part("step-bars")
    for share in (0.2, 0.95):
        step = move_scrubber(tab, share)
        at = int(np.flatnonzero(histogram.steps <= step).max())
        expect(bars).to_have_attribute("data-step", str(histogram.steps[at]))
        expect(bars).to_have_attribute("data-value", str(histogram.counts[at].sum()))


def test_ridges_are_another_form_of_the_same(open_alone, server):
    tab = open_alone(server, address(view="distributions", layer="hidden"))
    tab.part("density").wait_for()
    tab.part("density-form").get_by_text("Ridges").click()
    expect(tab.part("ridges").locator("path")).not_to_have_count(0)
    expect(tab.part("density")).to_have_count(0)


def test_layer_without_variables_has_no_gradients_to_distribute(open_alone, server):
    tab = open_alone(server, address(view="distributions", layer="flatten"))
    expect(tab.part("not-recorded")).to_contain_text("flatten")
    tab.part("kind").select_option("activation")
    expect(tab.part("density")).to_be_visible()
