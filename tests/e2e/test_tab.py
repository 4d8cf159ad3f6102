"""The tab in a real browser: what is on screen is what `load_run` reads from the same files."""

import math
import re
import urllib.parse

import numpy as np
import pytest
from playwright.sync_api import expect

from tb_keras_inspect import load_run
from tests.e2e import harness
from tests.e2e.asking import address, move_scrubber, shown_step
from tests.e2e.training import HOSTILE_LAYERS, HOSTILE_RUN

LAYERS = ["conv", "flatten", "hidden", "classes"]


@pytest.fixture(scope="module")
def recorded(tiny_logdir):
    return load_run(str(tiny_logdir / "tiny"))


def number(text: str) -> float:
    """The number that a cell's text stands for."""
    text = text.replace("\N{MINUS SIGN}", "-").replace(",", "").strip()
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)


def test_opens_on_the_run_with_all_layers_and_its_last_step(open_tab, server, recorded):
    tab = open_tab(server)
    expect(tab.part("layer-row")).to_have_count(len(LAYERS))
    rows = tab.part("layer-row").all()
    assert [row.get_attribute("data-layer") for row in rows] == LAYERS
    assert tab.frame.locator('[data-testid="run-picker"]').input_value() == "tiny"
    assert shown_step(tab) == recorded.table("gradient").steps[-1]


@pytest.mark.parametrize("share", [0.0, 0.35, 0.8])
def test_scrubber_moves_every_number_to_what_was_recorded(open_alone, server, recorded, share):
    tab = open_alone(server, address(layer="hidden"))
    values = tab.frame.locator("[data-row][data-kind]")
    expect(values).to_have_count(2 * 3 + 1)  # two variables of three kinds, one output
    step = move_scrubber(tab, share)
    tables = {kind: recorded.table(kind) for kind in ("gradient", "weight", "update", "activation")}
    at = int(np.flatnonzero(tables["gradient"].steps == step)[0])
    checked = 0
    for row in values.all():
        table = tables[row.get_attribute("data-kind")]
        place = table.names.index(row.get_attribute("data-row"))
        for cell in row.locator("td[data-statistic]").all():
            statistic = cell.get_attribute("data-statistic").split(".")[1]
            value = float(table.select(statistic)[at, place])
            assert float(cell.get_attribute("data-value")) == value
            text = cell.inner_text()
            if not text.startswith(("<", ">")):  # "< 0.1 %"
                assert math.isclose(number(text), value, rel_tol=6e-3, abs_tol=6e-4), text
            checked += 1
    assert checked == 7 * 6


def test_overview_shows_the_gradient_norm_of_each_layer(open_alone, server, recorded):
    tab = open_alone(server)
    expect(tab.part("layer-row")).to_have_count(len(LAYERS))
    step = move_scrubber(tab, 0.5)
    table = recorded.table("gradient")
    at = int(np.flatnonzero(table.steps == step)[0])
    norms = table.select("l2")[at].astype(float)
    for layer in ("conv", "hidden", "classes"):
        own = [i for i, name in enumerate(table.names) if name.startswith(layer + "/")]
        row = tab.frame.locator(f'[data-testid="layer-row"][data-layer="{layer}"]')
        cell = row.locator('[data-statistic="gradient.l2"]')
        assert math.isclose(
            float(cell.get_attribute("data-value")), np.linalg.norm(norms[own]), rel_tol=1e-5
        )


def test_arrow_keys_walk_from_sample_to_sample(open_alone, server, recorded):
    steps = recorded.table("gradient").steps
    tab = open_alone(server, address(step=steps[4]))
    expect(tab.part("step-label")).to_have_attribute("data-value", str(steps[4]))
    tab.part("scrubber").focus()
    tab.page.keyboard.press("ArrowRight")
    expect(tab.part("step-label")).to_have_attribute("data-value", str(steps[5]))
    tab.page.keyboard.press("ArrowLeft")
    tab.page.keyboard.press("ArrowLeft")
    expect(tab.part("step-label")).to_have_attribute("data-value", str(steps[3]))


def test_a_typed_step_is_gone_to(open_alone, server, recorded):
    steps = recorded.table("gradient").steps
    tab = open_alone(server, address(step=steps[0]))
    field = tab.frame.get_by_label("Go to step")
    field.fill(str(steps[5]))
    field.press("Enter")
    expect(tab.part("step-label")).to_have_attribute("data-value", str(steps[5]))
    field.fill("far away")
    field.press("Enter")
    expect(tab.part("step-label")).to_have_attribute("data-value", str(steps[5]))
    expect(field).to_have_value(str(steps[5]))


def test_loss_metric_and_learning_rate_of_the_shown_step_are_in_sight_in_each_view(
    open_alone, server, recorded
):
    steps = recorded.table("gradient").steps
    loss = recorded.table("step").select("loss")[:, 0]
    tab = open_alone(server, address(step=steps[-1], view="graph"))
    expect(tab.part("vitals")).to_contain_text(f"loss {format_loss(loss[-1])}")
    expect(tab.part("vitals")).to_contain_text("val_accuracy 0.")
    expect(tab.part("vitals")).to_contain_text("rate 0.001")
    tab.part("vitals").hover()
    expect(tab.part("tooltip")).to_contain_text("Adam")


def format_loss(value: float) -> str:
    return f"{value:.4g}"


def test_heatmap_is_drawn(open_alone, server):
    tab = open_alone(server, address(view="time"))
    canvas = tab.part("heatmap")
    canvas.wait_for()
    distinct = """canvas => {
        const context = canvas.getContext('2d');
        const {data} = context.getImageData(0, 0, canvas.width, canvas.height);
        return new Set(new Uint32Array(data.buffer)).size;
    }"""
    colours = harness.wait_until(
        lambda: (count := canvas.evaluate(distinct)) > 20 and count, "a heatmap of many colours"
    )
    assert colours > 20


def test_maps_are_of_the_newest_snapshot_before_the_next_sample(open_alone, server, recorded):
    steps = recorded.maps("conv").steps
    tab = open_alone(server, address(view="activations", layer="conv", step=20))
    before = steps[steps <= 20].max()
    expect(tab.part("maps")).to_have_attribute("data-step", str(before))
    note = tab.frame.locator("#view").get_by_test_id("snapshot")
    expect(note).to_have_attribute("data-value", str(before))
    move_scrubber(tab, 0.99)
    latest = steps[-1]  # taken after the last batch, which was not sampled
    assert latest > before
    expect(tab.part("maps")).to_have_attribute("data-step", str(latest))


def test_address_reproduces_what_was_chosen(open_tab, server):
    tab = open_tab(server)
    tab.frame.locator('[data-testid="layer-row"][data-layer="classes"]').click()
    step = move_scrubber(tab, 0.3)
    tab.frame.get_by_test_id("view-time").click()
    tab.part("heatmap").wait_for()
    tab.page.wait_for_function("location.hash.includes('view=time')")
    again = open_tab(server, tab.page.url.split("#")[1])
    again.part("heatmap").wait_for()
    expect(again.part("layer-panel")).to_have_attribute("data-layer", "classes")
    expect(again.part("step-label")).to_have_attribute("data-value", str(step))


def test_address_given_while_our_own_waits_to_be_written_is_followed(open_alone, server):
    tab = open_alone(server, address(run="tiny"))
    expect(tab.part("layer-panel")).to_be_visible()
    tab.page.wait_for_timeout(500)  # nothing waits any more
    late = """fragment => {
        document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowLeft', bubbles: true}));
        const end = performance.now() + 400;
        while (performance.now() < end);  // our turn to write comes before the news of the change
        location.hash = fragment;
    }"""
    tab.page.evaluate(late, address(run=HOSTILE_RUN))
    expect(tab.part("layer-panel")).to_have_attribute("data-layer", HOSTILE_LAYERS[0])
    assert HOSTILE_RUN in urllib.parse.unquote(tab.page.url)


def test_opens_on_the_runs_where_there_are_several_and_a_click_shows_one(open_tab, server):
    tab = open_tab(server, "keras_inspect")
    rows = tab.part("run-row")
    expect(rows).to_have_count(2)
    tab.frame.locator('[data-testid="run-row"][data-run="tiny"]').click()
    expect(tab.part("layer-row")).to_have_count(len(LAYERS))


def test_back_and_forward_go_through_views_and_steps_and_stay_in_the_tab(open_tab, server):
    tab = open_tab(server, address(run="tiny"))
    expect(tab.part("layer-row")).to_have_count(len(LAYERS))
    tab.part("view-time").click()
    tab.page.wait_for_function("location.hash.includes('view=time')")
    last = shown_step(tab)
    step = move_scrubber(tab, 0.3)
    tab.page.wait_for_function("location.hash.includes('step=')")
    assert step < last
    tab.page.go_back()
    expect(tab.part("step-label")).to_have_attribute("data-value", str(last))
    tab.page.go_back()
    expect(tab.part("layer-row")).to_have_count(len(LAYERS))
    tab.page.go_forward()
    tab.page.go_forward()
    expect(tab.part("heatmap")).to_be_visible()
    expect(tab.part("step-label")).to_have_attribute("data-value", str(step))


@pytest.mark.parametrize("width", [700, 900])
def test_everything_can_be_reached_in_a_narrow_window(open_tab, server, width):
    tab = open_tab(server, address(run="tiny", view="time"))
    tab.page.set_viewport_size({"width": width, "height": 800})
    for part in ("run-picker", "filter", "as-table", "export", "view-runs", "view-compare", "play"):
        tab.part(part).click(trial=True)
    expect(tab.part("layer-panel")).to_be_hidden()
    tab.part("open-details").click()
    expect(tab.part("layer-panel")).to_be_visible()
    tab.part("close-details").click()
    expect(tab.part("layer-panel")).to_be_hidden()


def test_divider_between_view_and_details_is_moved_and_kept(open_alone, server):
    tab = open_alone(server)
    details = tab.frame.get_by_role("complementary", name="Details")
    before = details.bounding_box()["width"]
    tab.part("divider").press("ArrowLeft")
    harness.wait_until(lambda: details.bounding_box()["width"] == before + 40, "wider details")
    tab.page.reload()
    expect(tab.part("layer-panel")).to_be_visible()
    assert details.bounding_box()["width"] == before + 40


def test_theme_follows_tensorboards_at_once(open_tab, server):
    tab = open_tab(server)
    expect(tab.part("app")).to_have_attribute("data-theme", "light")
    background = "element => getComputedStyle(element).backgroundColor"
    light = tab.part("app").evaluate(background)
    tab.page.evaluate("document.body.classList.add('dark-mode')")
    expect(tab.part("app")).to_have_attribute("data-theme", "dark")
    assert tab.part("app").evaluate(background) != light
    tab.page.evaluate("document.body.classList.remove('dark-mode')")
    expect(tab.part("app")).to_have_attribute("data-theme", "light")


def test_opens_dark_where_tensorboard_is_dark(open_tab, server):
    tab = open_tab(server, query="?darkMode=true")
    expect(tab.part("app")).to_have_attribute("data-theme", "dark")


def test_scalars_tab_works_beside_ours(open_tab, server):
    tab = open_tab(server)
    expect(tab.part("layer-row")).to_have_count(len(LAYERS))
    tab.page.get_by_role("tab", name="Scalars").click()
    expect(tab.page.get_by_text("epoch_loss").first).to_be_visible()
    expect(tab.page.get_by_text("tiny/train").first).to_be_visible()
    tab.page.get_by_role("tab", name=re.compile("Keras Inspect", re.IGNORECASE)).click()
    expect(tab.part("layer-row").first).to_be_visible()


@pytest.mark.parametrize(
    "settings",
    [
        {"layer": "gone"},
        {"step": 10**14},
        {"step": -3},
        {"view": "gone", "kind": "gone", "statistic": "gone"},
        {"view": "time", "statistic": "mean", "scale": "gone"},
        {"view": "activations", "layer": "flatten"},
    ],
    ids=str,
)
def test_what_an_address_asks_for_and_is_not_there_gives_way(open_alone, server, settings):
    tab = open_alone(server, address(**settings))
    expect(tab.part("layer-panel")).to_be_visible()
    expect(tab.part("step-label")).to_be_visible()
    expect(tab.part("error-state")).to_have_count(0)


def test_unknown_run_in_the_address_is_named_and_another_can_be_chosen(open_alone, server):
    tab = open_alone(server, address(run="gone", layer="gone"))
    expect(tab.part("error-state")).to_contain_text("gone")
    tab.part("run-picker").select_option("tiny")
    expect(tab.part("layer-row")).to_have_count(len(LAYERS))


def test_names_in_a_log_stay_text_in_every_view(open_alone, server):
    layer = HOSTILE_LAYERS[0]
    tab = open_alone(server, address(run=HOSTILE_RUN, layer=layer))
    expect(tab.part("layer-row")).to_have_count(len(HOSTILE_LAYERS))
    expect(tab.part("layer-row").first.locator("th")).to_contain_text(layer)
    for view in tab.frame.get_by_role("tab").all():
        view.click()
        if view.inner_text() == "Runs":  # of all runs: no layer is chosen
            name = tab.frame.get_by_role("rowheader").filter(has_text="onerror")
            expect(name).to_be_visible()
        else:
            expect(tab.part("layer-panel").locator("h2")).to_have_text(layer)
    assert tab.frame.locator("img").count() == 0
    assert tab.page.evaluate("window.hit") is None


@pytest.mark.parametrize("view", ["overview", "time", "activations"])
def test_another_run_is_never_asked_for_the_layers_of_the_one_before(open_alone, server, view):
    # Any answer of 404 is an error on the page's console, and fails the test.
    tab = open_alone(server, address(run="tiny", view=view, layer="classes"))
    expect(tab.part("layer-panel")).to_have_attribute("data-layer", "classes")
    tab.part("run-picker").select_option(HOSTILE_RUN)
    expect(tab.part("layer-panel")).to_have_attribute("data-layer", HOSTILE_LAYERS[0])
    tab.part("run-picker").select_option("tiny")
    expect(tab.part("layer-panel")).to_have_attribute("data-layer", "classes")
    tab.page.wait_for_load_state("networkidle")


def test_keys_work_as_soon_as_the_tab_is_in_front(open_tab, server):
    tab = open_tab(server, address(run="tiny"))
    expect(tab.part("layer-row")).to_have_count(len(LAYERS))
    tab.page.keyboard.press("2")
    expect(tab.part("heatmap")).to_be_visible()


def test_nothing_covers_the_scrubber_in_a_low_window(open_tab, server):
    for view in ("units", "time", "distributions", "compare"):
        tab = open_tab(server, address(run="tiny", view=view))
        tab.page.set_viewport_size({"width": 720, "height": 520})
        tab.part("play").click(trial=True)
