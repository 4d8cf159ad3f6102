"""The list of runs in the tab: 60 trials, of which two fail."""

import pytest
from playwright.sync_api import expect

from tests.e2e import harness
from tests.e2e.asking import address, violations
from tests.store.summary.runs import FOUND, write_trial

RUNS = 60
FAILED = (7, 41)


@pytest.fixture(scope="module")
def trials(tmp_path_factory):
    """TensorBoard on the trials."""
    logdir = tmp_path_factory.mktemp("logs")
    for number in range(RUNS):
        finding = FOUND if number in FAILED else None
        optimizer = ("Adam", "SGD")[number % 2]
        run = logdir / f"search/trial_{number}"
        write_trial(run, finding=finding, optimizer=optimizer, batch_size=8 << number % 3).close()
    with harness.TensorBoard(logdir, True) as server:
        harness.wait_until(lambda: len(server.get("runs").json["runs"]) == RUNS, "all runs")
        yield server


@pytest.fixture
def listed(open_alone, trials):
    """The list of runs."""
    tab = open_alone(trials, address(view="runs"))
    expect(tab.part("run-row").first).to_be_visible()
    return tab


def shown(tab):
    return [row.get_attribute("data-run") for row in tab.part("run-row").all()]


def test_the_worst_runs_come_first_with_what_to_do(listed):
    assert shown(listed)[:3] == ["search/trial_7", "search/trial_41", "search/trial_0"]
    row = listed.part("run-row").first
    expect(row).to_contain_text("dead ReLU units since step 20")
    expect(row.locator("[data-column=val_accuracy]")).to_have_attribute("data-value", "0.5")
    expect(listed.part("worst-run")).to_have_text(
        f"search/trial_7: Error: {FOUND['title']}. Try: {FOUND['advice'].rstrip('.')}"
    )


def test_only_rows_in_sight_are_in_the_page_and_scrolling_shows_the_others(listed):
    assert len(shown(listed)) < RUNS
    listed.page.locator(".runs-scroll").evaluate("element => element.scrollTo(0, 1e6)")
    expect(listed.frame.locator("[data-run='search/trial_59']")).to_be_visible()


def test_runs_are_sorted_searched_and_grouped_and_the_address_keeps_it(listed):
    heading = listed.frame.locator("th[data-column=name]")
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    assert shown(listed)[:3] == [f"search/trial_{n}" for n in range(3)]
    listed.part("run-search").fill("sgd batch_size=16")
    expect(listed.part("run-row")).to_have_count(10)
    listed.part("run-search").fill("dead")
    expect(listed.part("run-row")).to_have_count(len(FAILED))
    listed.part("run-group").select_option("batch_size")
    groups = listed.part("run-group-row")
    expect(groups).to_have_count(2)
    expect(groups.first).to_contain_text("batch_size = 16")
    expect(groups.first).to_contain_text("1 run")
    listed.page.wait_for_function("location.hash.includes('runGroup=batch_size')")
    listed.page.reload()
    expect(groups).to_have_count(2)


def test_the_keyboard_alone_finds_a_run_and_opens_it(listed):
    keys = listed.page.keyboard
    keys.press("/")
    keys.type("trial_41")
    row = listed.part("run-row")
    expect(row).to_have_count(1)
    for _ in range(40):
        keys.press("Tab")
        if row.get_by_role("button").evaluate("button => button === document.activeElement"):
            break
    keys.press("Enter")
    expect(listed.part("layer-panel")).to_be_visible()
    expect(listed.part("run-picker")).to_have_value("search/trial_41")
    keys.press("0")
    expect(row).to_have_count(1)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_accessibility_checker_finds_nothing_in_groups_of_runs(open_alone, trials, theme):
    tab = open_alone(trials, address(view="runs", runGroup="optimizer"))
    tab.page.emulate_media(color_scheme=theme)
    expect(tab.part("app")).to_have_attribute("data-theme", theme)
    expect(tab.part("run-row").first).to_be_visible()
    assert violations(tab) == []
