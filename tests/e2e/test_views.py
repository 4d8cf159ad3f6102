"""Each further view in a real browser: its numbers are what `load_run` reads, its keys work."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tb_keras_inspect import load_run
from tb_keras_inspect.records import Kind, seal_model
from tb_keras_inspect.records import inspect_pb2 as pb
from tb_keras_inspect.records.summary import to_value
from tests.e2e.asking import VIEWS, address, move_scrubber, str_of
from tests.e2e.training import HOSTILE_LAYERS, HOSTILE_RUN
from tests.store.run_writer import RunWriter, make_model


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


def test_layer_without_units_says_so_and_another_one_can_be_chosen(start, open_alone, tmp_path):
    model = make_model(["mean", "dense"])
    model.sites[0].units = 0
    writer = RunWriter(tmp_path / "a", seal_model(model))
    writer.write_model(0)
    writer.sample(0)
    writer.close()
    server = start(tmp_path, True)
    server.wait_for_run("a")
    tab = open_alone(server, address(view="units", layer="mean"))
    expect(tab.frame.get_by_text("No units of mean are recorded")).to_be_visible()
    expect(tab.part("unit-heatmap")).to_have_count(0)
    tab.part("units-layer").select_option("dense")
    expect(tab.part("unit-heatmap")).to_be_visible()
    expect(tab.part("layer-panel")).to_have_attribute("data-layer", "dense")


def test_a_long_model_folds_by_block_and_lists_all_layers_that_match_a_filter(
    start, open_alone, tmp_path
):
    parts = ("expand", "normal", "depth", "project")
    blocks = [f"block_{number}" for number in range(20)]
    layers = [f"{block}_{part}" for block in blocks for part in parts]
    writer = RunWriter(tmp_path / "a", make_model(["first", *layers, "last"]))
    writer.write_model(0)
    writer.sample(0)
    writer.close()
    server = start(tmp_path, True)
    server.wait_for_run("a")
    tab = open_alone(server, address(view="overview", layer="first"))
    shown, folded = tab.part("layer-row"), tab.part("block-row")
    expect(folded).to_have_count(len(blocks))
    expect(shown).to_have_count(2)
    third = tab.frame.locator('[data-testid=block-row][data-layer="block_3"]')
    third.get_by_role("button", name="Open block_3").click()
    expect(shown).to_have_count(2 + len(parts))
    expect(shown.nth(1)).to_have_attribute("data-layer", "block_3_expand")
    third.click()
    expect(shown).to_have_count(2)
    tab.part("filter").fill("expand")
    expect(folded).to_have_count(0)
    expect(shown).to_have_count(len(blocks))


def test_what_training_gave_up_is_shown_as_a_branch(start, open_alone, tmp_path):
    writer = RunWriter(tmp_path / "a", make_model(["dense"]))
    writer.write_model(0)
    for step in range(10):
        writer.sample(step)
    given = {"given_up_from": 2, "given_up_until": 6}
    entry = pb.ControlEntry(id="1", command="rewind", outcome="done", new="step 2", **given)
    writer.write(5, to_value(Kind.CONTROL, pb.ControlRecord(version=1, entries=[entry])))
    writer.close()
    server = start(tmp_path, True)
    server.wait_for_run("a")
    tab = open_alone(server, address(view="time", step=4))
    expect(tab.part("step-label")).to_contain_text("given up")
    arrow = tab.part("branches").locator("path.return")
    expect(arrow).to_have_attribute("data-from", "2")
    assert tab.frame.locator(".time-plots i.given-up").count() == 2  # heatmap and lines
    tab.page.keyboard.press("End")
    expect(tab.part("step-label")).not_to_contain_text("given up")


def test_units_of_a_layer_that_does_not_exist_are_those_of_the_first_one(open_alone, server):
    tab = open_alone(server, address(view="units", layer="gone"))
    expect(tab.part("unit-heatmap")).to_be_visible()
    expect(tab.part("layer-panel")).to_have_attribute("data-layer", "conv")


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


def test_weights_have_the_numbers_of_every_variable(open_alone, server, recorded):
    weight, update = recorded.table("weight"), recorded.table("update")
    tab = open_alone(server, address(view="weights"))
    rows = tab.part("variable-row")
    expect(rows).to_have_count(len(weight.names))
    step = move_scrubber(tab, 0.6)
    at = int(np.flatnonzero(weight.steps == step)[0])
    for place, name in enumerate(weight.names):
        row = tab.frame.locator(f'[data-testid="variable-row"][data-variable="{name}"]')
        expect(row.locator('[data-statistic="norm"]')).to_have_attribute(
            "data-value", str_of(weight.select("l2")[at, place])
        )
        shown = row.locator('[data-statistic="ratio"]').get_attribute("data-value")
        ratio = update.select("ratio")[at, update.names.index(name)]
        assert shown == "" if np.isnan(ratio) else float(shown) == float(ratio)


def test_data_has_every_number_of_inputs_targets_and_the_step(open_alone, server, recorded):
    tab = open_alone(server, address(view="data"))
    tables = [recorded.table(kind) for kind in ("input", "target", "step")]
    rows = tab.part("data-row")
    expect(rows).to_have_count(sum(len(t.names) * len(t.statistics) for t in tables))
    step = move_scrubber(tab, 0.6)
    for table in tables:
        at = int(np.flatnonzero(table.steps == step)[0])
        for place, name in enumerate(table.names):
            of_row = tab.frame.locator(f'[data-kind="{table.kind}"][data-row="{name}"]')
            for column, statistic in enumerate(table.statistics):
                cell = of_row.locator(f'[data-statistic="{statistic}"]')
                value = table.values[at, place, column]
                if np.isfinite(value):
                    expect(cell).to_have_attribute("data-value", str_of(value))


def test_a_row_of_the_data_opens_its_number_over_time(open_alone, server):
    tab = open_alone(server, address(view="data"))
    row = tab.frame.locator('[data-kind="input"]', has=tab.frame.locator('[data-statistic="max"]'))
    row.first.click()
    expect(tab.part("kind")).to_have_value("input")
    expect(tab.part("statistic")).to_have_value("max")


def test_graph_shows_every_layer_and_its_number(open_alone, server, recorded):
    tab = open_alone(server, address(view="graph", graphBy="activation.mean"))
    nodes = tab.part("graph-node")
    expect(nodes).to_have_count(len(recorded.model.layers))
    table = recorded.table("activation")
    step = move_scrubber(tab, 0.4)
    at = int(np.flatnonzero(table.steps == step)[0])
    for name in ("conv", "classes"):
        node = tab.frame.locator(f'[data-testid="graph-node"][data-layer="{name}"]')
        value = table.select("mean")[at, table.names.index(name)]
        expect(node).to_have_attribute("data-value", str_of(value))


def test_graph_chooses_layers_with_the_mouse_and_with_the_keyboard(open_alone, server):
    tab = open_alone(server, address(view="graph", run=HOSTILE_RUN))
    nodes = tab.part("graph-node")
    expect(nodes).to_have_count(len(HOSTILE_LAYERS))
    nodes.nth(1).click()
    panel = tab.part("layer-panel")
    expect(panel).to_have_attribute("data-layer", HOSTILE_LAYERS[1])
    nodes.nth(2).focus()
    tab.page.keyboard.press("Enter")
    expect(panel).to_have_attribute("data-layer", HOSTILE_LAYERS[2])
    assert tab.part("graph-assumed").count() == 0  # that run has connections


def test_graph_shows_the_flow_forward_and_backward(open_alone, server, recorded):
    tab = open_alone(server, address(view="graph", run="tiny"))
    expect(tab.part("graph-node")).to_have_count(len(recorded.model.layers))
    edges = tab.frame.locator(".graph .edge")
    widths = edges.locator("xpath=self::*[@data-width]")
    expect(widths).to_have_count(0)
    for name, end in (("Forward", "marker-end"), ("Backward", "marker-start")):
        tab.part("graph-flow").get_by_role("button", name=name).click()
        expect(edges.locator(f"xpath=self::*[@{end}]")).to_have_count(edges.count())
        assert widths.count() > 0
    gradients = recorded.table("gradient").values[-1, :, 0]
    assert gradients.min() < gradients.max()
    shown = [float(edge.get_attribute("data-width")) for edge in widths.all()]
    assert min(shown) < max(shown)


def test_number_in_full_is_the_title_of_the_cell_under_the_pointer(open_alone, server, recorded):
    tab = open_alone(server, address(run="tiny"))
    cell = tab.frame.locator('.overview [data-layer="conv"] [data-statistic="activation.mean"]')
    cell.hover()
    table = recorded.table("activation")
    value = table.select("mean")[-1, table.names.index("conv")]
    expect(cell).to_have_attribute("title", str_of(value))


def test_keys_choose_views_and_a_question_mark_lists_them(open_alone, server):
    tab = open_alone(server)
    expect(tab.part("layer-panel")).to_be_visible()
    for number in reversed(range(1 + len(VIEWS))):  # 0: all runs
        tab.page.keyboard.press(str(number) if number < 10 else VIEWS[number - 1][0])
        chosen = tab.frame.get_by_role("tab").nth(number)
        expect(chosen).to_have_attribute("aria-selected", "true")
    tab.page.keyboard.press("?")
    sheet = tab.frame.get_by_role("dialog")
    expect(sheet).to_contain_text("previous recorded step")
    tab.page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)


def test_pinned_layer_keeps_its_line_over_time(open_alone, server, recorded):
    table = recorded.table("gradient")
    tab = open_alone(server, address(view="time", layer="hidden"))
    tab.part("pin").click()
    expect(tab.part("pin")).to_have_attribute("aria-pressed", "true")
    tab.frame.locator(".row-labels").get_by_title("classes/kernel").click()
    legend = tab.part("line-legend").locator("[data-row]")
    own = ["classes/kernel", "classes/bias", "hidden/kernel", "hidden/bias"]
    expect(legend).to_have_count(len(own))
    assert sorted(item.get_attribute("data-row") for item in legend.all()) == sorted(own)
    assert set(own) <= set(table.names)


def test_rows_over_time_as_quantile_bands_and_back(open_alone, server):
    tab = open_alone(server, address(view="time"))
    button = tab.part("bands")
    expect(button).to_have_attribute("aria-pressed", "false")  # few rows are lines
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(
        tab.frame.get_by_role("img", name=re.compile("as quantiles of all rows"))
    ).to_be_visible()
