"""What the probe pass recorded, in a real browser: the same numbers as `load_run` reads."""

import numpy as np
import pytest
from playwright.sync_api import expect

from tb_keras_inspect import load_run
from tests.e2e.asking import address, move_scrubber
from tests.e2e.training import HOSTILE_LAYERS, HOSTILE_RUN


@pytest.fixture(scope="module")
def trained(tiny_logdir):
    return load_run(str(tiny_logdir / "tiny"))


@pytest.fixture(scope="module")
def written(tiny_logdir):
    return load_run(str(tiny_logdir / HOSTILE_RUN))


def activations(picture: str, **settings) -> str:
    return address(view="activations", picture=picture, **settings)


def test_predictions_beside_each_sample_are_of_the_newest_snapshot(open_alone, server, trained):
    recorded = trained.predictions
    (values,) = recorded.outputs.values()
    tab = open_alone(server, activations("maps", layer="conv"))
    predictions = tab.part("prediction-list")
    expect(predictions).to_have_count(3)
    sampled = trained.table("gradient").steps
    for share in (0.45, 0.99):
        after = sampled[sampled > move_scrubber(tab, share)]
        shown = recorded.steps < (after[0] if len(after) else np.inf)
        at = int(np.flatnonzero(shown).max(initial=0))
        for sample in range(3):
            item = predictions.nth(sample)
            expect(item).to_have_attribute("data-step", str(recorded.steps[at]))
            classes = [int(row.get_attribute("data-class")) for row in item.locator("li").all()]
            best = sorted(values[at, sample], reverse=True)[:3]
            np.testing.assert_array_equal(values[at, sample][classes], best)


def test_attention_has_a_picture_a_head_and_says_of_which_positions(open_alone, server, written):
    maps = written.maps(HOSTILE_LAYERS[0], "attention")
    tab = open_alone(server, activations("attention", run=HOSTILE_RUN))
    canvas = tab.part("maps")
    expect(canvas).to_have_attribute("data-step", str(maps.steps[-1]))
    expect(canvas).to_have_attribute(
        "aria-label", f"Attention of {HOSTILE_LAYERS[0]}: 2 samples, 1 heads"
    )
    box = canvas.bounding_box()
    tab.page.mouse.move(box["x"] + 30, box["y"] + 40)
    expect(tab.part("tooltip")).to_contain_text("query")
    tab.page.mouse.move(0, 0)
    tab.part("as-table").click()
    rows = tab.part("sheet").locator("tbody tr")
    for sample, array in enumerate(maps.arrays[-1]):
        cells = rows.nth(sample).locator("td")
        shown = [float(cells.nth(i).get_attribute("data-value")) for i in (1, 2)]
        np.testing.assert_allclose(shown, [array.min(), array.max()], rtol=1e-5)
    assert tab.page.locator("img").count() == 0


@pytest.mark.parametrize(
    ("kind", "name"), [("saliency", "pictures"), ("grad_cam", "conv")], ids=["saliency", "grad_cam"]
)
def test_where_the_model_looks_is_shown_over_each_input(open_alone, server, trained, kind, name):
    recorded = trained.maps(name, kind)
    tab = open_alone(server, activations(kind))
    cards = tab.part("heat-card")
    expect(cards).to_have_count(3)
    expect(tab.part("heat-cards")).to_have_attribute("data-step", str(recorded.steps[-1]))
    targets = recorded.record(len(recorded) - 1).targets
    assert [int(card.get_attribute("data-target")) for card in cards.all()] == list(targets)
    tab.part("opacity").fill("25")
    over = cards.first.get_by_role("img", name=f"{name}, sample 0, over the input")
    expect(over).to_have_css("opacity", "0.25")


def test_activation_functions_say_how_much_lies_where_they_are_flat(open_alone, server, trained):
    recorded = trained.activation_functions().functions
    tab = open_alone(server, activations("functions", layer="hidden"))
    view = tab.frame.locator("#view")
    cards = view.get_by_test_id("function-card")
    expect(cards).to_have_count(len(recorded))
    for card in cards.all():
        item = recorded[card.get_attribute("data-name")]
        shown = card.get_attribute("data-value")
        assert np.isnan(item.flat_fraction) if shown == "" else float(shown) == item.flat_fraction
    cards.first.get_by_role("button").click()
    panel = tab.part("layer-panel")
    expect(panel).to_have_attribute("data-layer", cards.first.get_attribute("data-name"))
    expect(panel.get_by_test_id("function-card")).to_be_visible()


def test_kind_that_was_not_recorded_says_so(open_alone, server):
    tab = open_alone(server, activations("attention", run="tiny"))
    expect(tab.part("not-recorded")).to_contain_text("Attention is not recorded")


def test_weights_are_a_picture_with_the_norm_of_each_unit(open_alone, server, trained):
    maps = trained.maps("hidden/kernel", "kernels")
    tab = open_alone(server, address(view="weights", layer="hidden", weightCurve="picture"))
    expect(tab.part("maps")).to_have_attribute("data-step", str(maps.steps[-1]))
    norms = tab.part("unit-norms")
    expect(norms).to_have_attribute("aria-label", "Norm of the weights of each of 24 units")
    norms.hover()
    record = maps.record(len(maps) - 1)
    expect(tab.part("tooltip")).to_contain_text(f"{record.norms[12]:.4g}")
    tab.page.mouse.move(0, 0)
    tab.part("as-table").click()
    cells = tab.part("sheet").locator("tbody tr").first.locator("td")
    array = maps.arrays[-1]
    shown = [float(cells.nth(i).get_attribute("data-value")) for i in (1, 2)]
    np.testing.assert_allclose(shown, [array.min(), array.max()], rtol=1e-5)


def test_unit_names_its_strongest_inputs(open_alone, server, trained):
    matrix = trained.maps("classes/kernel", "kernels").arrays[-1][0, 0]
    tab = open_alone(server, address(view="units", layer="classes", unit=3))
    named = tab.part("unit-weights").locator("[data-input]")
    expect(named).to_have_count(5)
    inputs = [int(item.get_attribute("data-input")) for item in named.all()]
    values = [float(item.get_attribute("data-value")) for item in named.all()]
    np.testing.assert_allclose(values, matrix[inputs, 3], rtol=1e-5)
    largest = np.sort(np.abs(matrix[:, 3]))[::-1][:5]
    np.testing.assert_allclose(np.abs(values), largest, rtol=1e-5)


def test_effective_rank_is_a_column_of_the_overview(open_alone, server, trained):
    table = trained.table("representation")
    tab = open_alone(server)
    for name in ("conv", "hidden"):
        row = tab.frame.locator(f'[data-testid="layer-row"][data-layer="{name}"]')
        cell = row.locator('[data-statistic="representation.effective_rank"]')
        value = table.select("effective_rank")[-1, table.names.index(name)]
        expect(cell).to_have_attribute("data-value", f"{value:g}")
