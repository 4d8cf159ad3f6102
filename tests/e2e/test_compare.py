"""Compare in a real browser: its numbers are what `load_run` reads, its words what `diff` says."""

import numpy as np
import pytest
from playwright.sync_api import expect

from tb_keras_inspect import diff, load_run
from tests.e2e.asking import address, move_scrubber, str_of
from tests.e2e.training import HOSTILE_RUN


@pytest.fixture(scope="module")
def recorded(tiny_logdir):
    return load_run(str(tiny_logdir / "tiny"))


@pytest.fixture(scope="module")
def other(tiny_logdir):
    return load_run(str(tiny_logdir / HOSTILE_RUN))


def test_comparison_matches_rows_by_name_and_steps_by_the_newest_sample(
    open_alone, server, recorded, other
):
    tab = open_alone(server, address(view="compare", run="tiny", compare=HOSTILE_RUN))
    tab.part("compare-difference").wait_for()
    step = move_scrubber(tab, 0.5)
    own, second = recorded.table("gradient"), other.table("gradient")
    for name in ("conv/kernel", "conv/bias"):
        at = int(np.flatnonzero(own.steps == step)[0])
        first_value = own.select("l2")[at, own.names.index(name)]
        at = int(np.flatnonzero(second.steps <= step).max())
        second_value = second.select("l2")[at, second.names.index(name)]
        numbers = {
            side: tab.frame.locator(f'[data-testid="compare-{side}-number"][data-row="{name}"]')
            for side in ("first", "second", "difference")
        }
        expect(numbers["first"]).to_have_attribute("data-value", str_of(first_value))
        expect(numbers["second"]).to_have_attribute("data-value", str_of(second_value))
        shown = float(numbers["difference"].get_attribute("data-value"))
        ratio = np.log2(float(second_value) / float(first_value))
        assert np.isclose(shown, np.clip(ratio, -10, 10), rtol=1e-5)


def test_comparison_begins_with_curves_where_runs_part_and_the_settings_that_differ(
    open_alone, server, recorded, other
):
    found = diff(recorded, other)
    tab = open_alone(server, address(view="compare", run="tiny"))
    parting = tab.part("parting")
    expect(parting).to_have_attribute("data-value", found.outcome)
    expect(parting).to_contain_text(found.text[:40])
    curve = tab.part("compare-curves").locator('[data-curve="Loss"]')
    expect(curve.locator(".reading")).to_have_count(2)
    names = (
        tab.part("compare-settings")
        .locator("[data-setting]")
        .evaluate_all("rows => rows.map(row => row.dataset.setting)")
    )
    expected = sorted(found.settings, key=lambda item: item.group == "model")  # structure last
    assert names == list(dict.fromkeys(item.name for item in expected))[: len(names)]
    assert names
    mark = tab.part("first-difference")
    if found.parting:
        expect(mark.first).to_have_attribute("data-value", str(found.parting.step))
    else:
        expect(mark).to_have_count(0)


def test_comparison_by_epochs_has_the_shown_step_in_its_epoch(open_alone, server):
    tab = open_alone(server, address(view="compare", run="tiny", axis="epoch"))
    curves = tab.part("compare-curves")
    expect(curves.locator(".axis-name").first).to_have_text("epoch")
    # Six epochs: the last step lies at the end of the axis.
    band = tab.frame.locator(".compare-curve .step-band").first
    left = float(band.evaluate("band => parseFloat(band.style.left)"))
    assert 90 < left <= 100
    tab.part("compare-axis").get_by_text("Time").click()
    expect(curves.locator(".axis-name").first).to_have_text("seconds")


def test_comparison_folds_rows_without_a_partner_and_shows_the_layer_of_both_runs(
    open_alone, server, recorded, other
):
    own, second = recorded.table("gradient").names, other.table("gradient").names
    tab = open_alone(server, address(view="compare", run="tiny", layer="conv"))
    pairs = int(tab.frame.locator(".compare-plots").get_attribute("data-rows"))
    assert pairs >= len(set(own) & set(second))
    folded = [
        int(n) for n in tab.part("unmatched").evaluate_all("all => all.map(x => x.dataset.value)")
    ]
    assert sum(folded) == len(own) + len(second) - 2 * pairs
    expect(tab.part("layer-other")).to_have_attribute("data-run", HOSTILE_RUN)
    expect(tab.part("compare-distributions")).to_have_attribute("data-row", "conv/kernel")


def test_comparison_with_a_run_that_is_gone_names_it(open_alone, server):
    tab = open_alone(server, address(view="compare", compare="gone"))
    expect(tab.part("not-recorded")).to_contain_text("gone")
    tab.part("compare-with").select_option(HOSTILE_RUN)
    expect(tab.part("compare-difference")).to_be_visible()
