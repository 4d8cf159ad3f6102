"""Findings in a real browser: those that `diagnose` makes, a click away from where they are seen."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tb_keras_inspect import diagnose, load_run, records
from tb_keras_inspect.catalog.tensor_statistics import RANGE_STATISTICS
from tb_keras_inspect.records import Kind
from tb_keras_inspect.records.summary import to_value
from tests.e2e.asking import address, shown_step
from tests.e2e.training import HOSTILE_LAYERS, HOSTILE_RUN
from tests.store import run_writer

# From which on the tiny run has something to find, and an explanation for it.
DEAD = {"dead_share": 0.3}
BOTH = {"dead_share": 0.3, "input_scale": 1.0}


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


def test_run_without_findings_shows_the_verdict_and_what_was_looked_for(open_alone, server):
    tab = open_alone(server, address(run="tiny"))
    verdict = tab.part("verdict")
    expect(verdict).to_have_text(re.compile(r"Healthy: \d+ checks passed|Too early to judge"))
    expect(tab.part("finding")).to_have_count(0)
    verdict.click()
    checks = tab.frame.get_by_role("group", name="What was checked")
    expect(checks).to_contain_text("dead ReLU units")


def test_finding_is_a_chip_with_its_severity_in_words(open_alone, server, dead):
    tab = open_alone(server, address(thresholds=as_text(DEAD)))
    chip = tab.part("finding")
    expect(chip).to_have_attribute("data-problem", dead.problem)
    expect(chip).to_contain_text(dead.title)
    expect(chip).to_contain_text(dead.severity.capitalize())
    marks = tab.part("finding-marks").locator("[data-problem]")
    expect(marks).to_have_count(1)


def test_findings_of_one_run_mark_nothing_in_another(open_alone, server):
    tab = open_alone(server, address(run="tiny", thresholds=as_text(DEAD)))
    marks = tab.part("finding-marks").locator("[data-problem]")
    expect(marks).to_have_count(1)
    tab.page.route(  # the other's findings are still to come
        lambda url: "/findings?" in url and "run=tiny" not in url, lambda route: None
    )
    tab.part("run-picker").select_option(HOSTILE_RUN)
    expect(tab.part("layer-row").first).to_contain_text(HOSTILE_LAYERS[0][:5])
    expect(marks).to_have_count(0)
    expect(tab.part("layer-finding")).to_have_count(0)


def test_a_finding_that_was_not_reported_during_training_is_named_as_such(open_alone, server, dead):
    tab = open_alone(server, address(thresholds=as_text(DEAD)))
    tab.part("differences").click()
    listed = tab.page.get_by_role("group", name="Reported during training")
    expect(listed).to_contain_text(f"{dead.problem}: a")
    expect(listed).to_contain_text("not reported")


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
    traced = [item for item in dead.evidence if item.kind]
    expect(tab.part("evidence").locator(".sparkline path")).to_have_count(len(traced))
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
    expect(tab.page).to_have_url(re.compile("thresholds=dead_share%3A0.05"))
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
    expect(tab.part("findings-a").get_by_test_id("verdict")).to_be_visible()
    other = tab.part("findings-b")
    expect(other).to_contain_text(HOSTILE_RUN)
    other.get_by_test_id("finding").first.click()
    expect(tab.part("finding-panel")).to_contain_text(HOSTILE_LAYERS[0])
    expect(tab.part("compare-difference")).to_be_visible()
    assert tab.page.locator("img").count() == 0


def write_two_problems(directory) -> None:
    """A run whose inputs are bytes, and whose validation loss rises."""
    writer = run_writer.RunWriter(directory)
    writer.write_model(0)
    usual = np.array([[0.1, 0, 0.1, 0.5, 0, 0]] * len(writer.model.variables))
    for sample in range(60):
        pixels = [[0, 255, 100, 80, 0, 0, sample]]
        table = records.encode_table(writer.model.fingerprint, RANGE_STATISTICS, pixels)
        step, loss = 10 * sample, 1 / (1 + sample)
        tables = [writer.table(kind, step, usual) for kind in (Kind.GRADIENT, Kind.WEIGHT)]
        numbers = writer.numbers(Kind.STEP, step, loss=loss)
        writer.write(step, *tables, to_value(Kind.INPUT, table), numbers)
        if sample % 3 == 2:
            writer.epoch(step, loss=loss, val_loss=0.5 + 0.1 * sample, epoch=sample // 3)
    writer.close()


def test_findings_that_do_not_fit_are_in_a_list_and_every_plot_marks_where_they_begin(
    open_alone, start, load_fast, tmp_path
):
    write_two_problems(tmp_path / "two")
    findings = diagnose(load_run(tmp_path / "two"))
    titles = [finding.title for finding in findings]
    assert len(titles) == 2
    server = start(tmp_path, load_fast)
    server.wait_for_run("two")
    tab = open_alone(server)
    expect(tab.part("finding").first).to_be_visible()
    later = {finding.first_step for finding in findings} - {0}
    plot = tab.part("training-curves").get_by_role("img").first
    expect(plot.locator(".event-mark")).to_have_count(len(later))
    assert later
    tab.page.set_viewport_size({"width": 620, "height": 700})
    more = tab.part("more-findings")
    expect(more).to_have_text("+1 more")
    more.click()
    listed = tab.frame.get_by_role("group", name="All findings").get_by_test_id("finding")
    assert [chip.get_attribute("title") for chip in listed.all()] == titles
    listed.last.click()
    expect(listed).to_have_count(0)
    expect(tab.part("finding-panel")).to_contain_text(titles[-1])


def test_slider_sets_a_threshold(open_alone, server):
    tab = open_alone(server, address(run="tiny"))
    tab.part("thresholds-button").click()
    field = tab.part("threshold-dead_share")
    before = float(field.input_value())
    tab.frame.get_by_role("slider", name="dead share", exact=True).press("Home")
    expect(tab.part("finding")).to_have_attribute("data-problem", "dying_relu")
    assert float(field.input_value()) < before


def test_advice_is_copied(open_alone, server, dead, browser):
    tab = open_alone(server, address(thresholds=as_text(DEAD)))
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.part("finding").click()
    tab.part("finding-panel").get_by_role("button", name="Copy").first.click()
    copied = tab.page.evaluate("navigator.clipboard.readText()")
    assert copied == next(item.code for item in dead.advice if item.code)
