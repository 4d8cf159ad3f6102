"""Findings in a real browser: those that `diagnose` makes, a click away from where they are seen."""

import re

import pytest
from asking import address, shown_step
from playwright.sync_api import expect
from training import HOSTILE_LAYERS, HOSTILE_RUN

from tb_keras_inspect import diagnose, load_run

# From which on the tiny run has something to find, and an explanation for it.
DEAD = {"dead_share": 0.05}
BOTH = {"dead_share": 0.05, "input_scale": 1.0}


def as_text(thresholds: dict[str, float]) -> str:
    return ",".join(f"{name}:{value}" for name, value in thresholds.items())


@pytest.fixture(scope="module")
def run(tiny_logdir):
    return load_run(str(tiny_logdir / "tiny"))


@pytest.fixture(scope="module")
def dead(run):
    """The one finding of `DEAD`."""
    (finding,) = diagnose(run, DEAD)
    assert finding.problem == "dying_relu"
    return finding


def test_run_without_findings_says_what_was_looked_for(open_alone, server):
    tab = open_alone(server, address(run="tiny"))
    expect(tab.part("no-findings")).to_contain_text("dead ReLU units")
    expect(tab.part("finding")).to_have_count(0)


def test_finding_is_a_chip_with_its_severity_in_words(open_alone, server, dead):
    tab = open_alone(server, address(thresholds=as_text(DEAD)))
    chip = tab.part("finding")
    expect(chip).to_have_attribute("data-problem", dead.problem)
    expect(chip).to_contain_text(dead.title)
    expect(chip).to_contain_text(dead.severity.capitalize())
    marks = tab.part("finding-marks").locator("[data-problem]")
    expect(marks).to_have_count(1)


def test_click_on_dead_units_goes_to_the_first_of_them_since_that_step(open_alone, server, dead):
    ((site, units),) = dead.where.units.items()
    tab = open_alone(server, address(thresholds=as_text(DEAD), filter="conv"))
    tab.part("finding").click()
    expect(tab.part("unit-state")).to_have_attribute("data-unit", str(units[0]))
    expect(tab.part("layer-panel")).to_have_attribute("data-layer", site)
    assert shown_step(tab) == dead.first_step
    panel = tab.part("finding-panel")
    expect(panel).to_contain_text(dead.cause)
    for item in dead.advice:
        expect(panel).to_contain_text(item.text)
        expect(panel).to_contain_text(item.code)
    shown = [row.get_attribute("data-value") for row in tab.part("evidence").all()]
    assert [float(value) for value in shown] == [item.value for item in dead.evidence]


def test_finding_leads_to_what_it_explains_and_its_numbers_to_their_series(open_alone, server, run):
    (finding,) = diagnose(run, BOTH)
    (explained,) = finding.related
    tab = open_alone(server, address(thresholds=as_text(BOTH)))
    tab.part("finding").click()
    panel = tab.part("finding-panel")
    for item in filter(lambda item: item.kind, finding.evidence):
        panel.get_by_role("button", name=item.name, exact=True).first.click()
        expect(tab.part("heatmap")).to_have_attribute("aria-label", re.compile("Input"))
        expect(tab.part("statistic")).to_have_value(item.statistic)
    panel.get_by_test_id("finding").click()
    expect(panel).to_have_attribute("data-problem", explained.problem)


def test_layer_with_a_finding_is_marked_and_comes_first(open_alone, server, dead):
    tab = open_alone(server, address(thresholds=as_text(DEAD), order="worst"))
    first = tab.part("layer-row").first
    expect(first).to_have_attribute("data-layer", dead.where.layers[0])
    mark = first.get_by_test_id("layer-finding")
    expect(mark).to_have_attribute("data-severity", dead.severity)
    mark.click()
    expect(tab.part("finding-panel")).to_have_attribute("data-problem", dead.problem)


def test_keyboard_opens_the_next_finding_and_closes_it(open_alone, server, dead):
    tab = open_alone(server, address(thresholds=as_text(DEAD)))
    expect(tab.part("finding")).to_have_count(1)
    tab.page.keyboard.press("f")
    panel = tab.part("finding-panel")
    expect(panel).to_have_attribute("data-problem", dead.problem)
    tab.page.keyboard.press("Escape")
    expect(panel).to_have_count(0)


def test_changed_threshold_is_judged_again_and_stands_in_the_address(open_tab, server):
    tab = open_tab(server)
    tab.part("thresholds-button").click()
    field = tab.part("threshold-dead_share")
    expect(field).to_have_value("0.5")
    field.fill("0.05")
    field.press("Enter")
    expect(tab.part("finding")).to_have_attribute("data-problem", "dying_relu")
    assert "thresholds=dead_share%3A0.05" in tab.page.url
    tab.part("reset-thresholds").click()
    expect(tab.part("finding")).to_have_count(0)
    expect(field).to_have_value("0.5")


def test_threshold_that_the_server_refuses_is_shown_with_its_reason(open_alone, server):
    tab = open_alone(server, address(thresholds="nonsense:1"))
    expect(tab.part("findings-error")).to_contain_text("nonsense")
    expect(tab.part("layer-panel")).to_be_visible()
    tab.errors.clear()  # the browser notes the refusal


def test_compared_run_has_a_line_of_its_own_and_names_stay_text(open_alone, server):
    tab = open_alone(server, address(view="compare", run="tiny", compare=HOSTILE_RUN))
    expect(tab.part("findings-a")).to_contain_text("tiny")
    expect(tab.part("findings-a").get_by_test_id("no-findings")).to_be_visible()
    other = tab.part("findings-b")
    expect(other).to_contain_text(HOSTILE_RUN)
    other.get_by_test_id("finding").first.click()
    expect(tab.part("finding-panel")).to_contain_text(HOSTILE_LAYERS[0])
    expect(tab.part("compare-difference")).to_be_visible()
    assert tab.page.locator("img").count() == 0
