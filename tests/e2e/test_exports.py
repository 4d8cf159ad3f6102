"""What a view exports, as table, CSV and picture, is what was recorded."""

import csv
import io
import struct
from xml.etree import ElementTree

import numpy as np
import pytest
from playwright.sync_api import expect

from tb_keras_inspect import load_run
from tests.e2e.asking import address, str_of
from tests.e2e.training import HOSTILE_LAYERS, HOSTILE_RUN


@pytest.fixture(scope="module")
def recorded(tiny_logdir):
    return load_run(str(tiny_logdir / "tiny"))


def test_numbers_as_a_table_are_the_recorded_ones(open_alone, server, recorded):
    table = recorded.table("gradient")
    tab = open_alone(server, address(view="time"))
    tab.part("heatmap").wait_for()
    tab.part("as-table").click()
    sheet = tab.part("sheet")
    expect(sheet.locator("thead th")).to_have_text(["step", *table.names])
    first = sheet.locator("tbody tr").first.locator("td")
    shown = [cell.get_attribute("data-value") for cell in first.all()]
    assert shown == [str_of(value) for value in table.select("l2")[0]]


@pytest.mark.parametrize("view", ["overview", "time", "distributions", "activations", "units"])
def test_csv_of_every_view_holds_its_numbers(open_alone, server, view):
    tab = open_alone(server, address(view=view, layer="hidden"))
    expect(tab.part("layer-panel")).to_be_visible()
    tab.page.wait_for_load_state("networkidle")
    text = exported(tab, "csv").decode()
    header, *lines = csv.reader(io.StringIO(text))
    assert len(lines) > 2
    assert all(len(line) == len(header) for line in lines)
    numbers = [cell for line in lines for cell in line[1:] if cell]
    assert numbers
    for cell in numbers:
        float(cell)


def test_csv_over_time_is_what_load_run_reads(open_alone, server, recorded):
    table = recorded.table("weight")
    tab = open_alone(server, address(view="time", kind="weight", statistic="std"))
    tab.part("heatmap").wait_for()
    header, *lines = csv.reader(io.StringIO(exported(tab, "csv").decode()))
    assert header == ["step", *table.names]
    numbers = np.array(lines, float)
    np.testing.assert_array_equal(numbers[:, 0], table.steps)
    np.testing.assert_array_equal(numbers[:, 1:].astype(np.float32), table.select("std"))


def test_pictures_are_whole_files_and_names_in_them_stay_text(open_alone, server):
    tab = open_alone(server, address(run=HOSTILE_RUN, view="time"))
    tab.part("heatmap").wait_for()
    png = exported(tab, "png")
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    box = tab.frame.locator("#view").bounding_box()
    width, height = struct.unpack(">II", png[16:24])
    assert width == round(2 * box["width"])
    assert height > 2 * box["height"]  # a line says which run and step
    svg = ElementTree.fromstring(exported(tab, "svg"))
    tags = {element.tag.rpartition("}")[2] for element in svg.iter()}
    assert "image" in tags  # the heatmap
    assert not tags & {"img", "script", "foreignObject"}
    texts = [element.text or "" for element in svg.iter()]
    assert any(HOSTILE_LAYERS[0] in text for text in texts)
    assert any(HOSTILE_RUN in text and "step 40" in text for text in texts)
    controls = tab.frame.locator("#view button.button, #view .choice button").all_inner_texts()
    assert controls
    assert not {*controls} & {*texts}


def exported(tab, form: str) -> bytes:
    """The file that the export menu gives."""
    tab.part("export").click()
    with tab.page.expect_download() as waiting:
        tab.part(f"export-{form}").click()
    path = waiting.value.path()
    return path.read_bytes()
