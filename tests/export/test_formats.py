"""Each format read again by what others read it with, number by number."""

import csv
import html.parser

import numpy as np
import pandas
import pytest

from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.export import csv_file, export_run, html_page
from tb_keras_inspect.export.columns import blocks
from tb_keras_inspect.store import NotRecordedError, StoreError

HOSTILE = '=1+1"<b>,\n../../x'


def exported(run, folder, *arguments):
    return {path.name: path for path in export_run(run, folder, *arguments)}


def same(frame, run, kind):
    parts = list(blocks(run, kind))
    for name in parts[0]:
        wanted = np.concatenate([part[name] for part in parts])
        found = frame[name].to_numpy()
        if wanted.dtype == object:
            assert found.tolist() == wanted.tolist()
        else:
            np.testing.assert_array_equal(found.astype(wanted.dtype), wanted)


def test_csv_gives_the_same_numbers_again(run, tmp_path):
    files = exported(run, tmp_path)
    assert "gradient.csv" in files
    for kind in ("gradient", "units", "gradient_histogram"):
        frame = pandas.read_csv(files[f"{kind}.csv"], keep_default_na=False, na_values=["nan"])
        frame["name"] = frame["name"].str.removeprefix("'")
        same(frame, run, kind)


def test_csv_has_no_cell_that_a_spreadsheet_computes(run, tmp_path):
    path = exported(run, tmp_path)["gradient.csv"]
    with path.open(newline="", encoding="utf-8") as file:
        names = {row["name"] for row in csv.DictReader(file)}
    assert f"'{HOSTILE}/kernel" in names
    assert not any(name.startswith("=") for name in names)


@pytest.mark.parametrize(
    "name",
    [
        "=1",
        "+1",
        "-1",
        "@A1",
        " =1",
        "\n=1",
        "\r\n=1",
        "\t=1",
        "\t",
        "\r",
        "\x00=1",
        "\u00a0=1",
        "\u2028=1",
        "\ufeff=1",
        "\u200b\u200b+1",
        "\u202e=1",
        "\uff1d1",
        " \uff0b1",
        "\ufe661",
        "a;=1",
    ],
)
def test_no_name_is_a_formula_or_opens_another_cell(name, tmp_path):
    path = tmp_path / "x.csv"
    csv_file.write(path, [{"name": np.array([name], object), name: np.array([1.5])}])
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    shown = name if name == "a;=1" else f"'{name}"
    assert rows == [["name", shown], [shown, "1.5"]]
    assert path.read_bytes().count(b'"a;=1"') == 2 * (name == "a;=1")


def test_parquet_gives_the_same_numbers_and_types_again(run, tmp_path):
    files = exported(run, tmp_path, "parquet")
    for kind in ("gradient", "units", "gradient_histogram"):
        frame = pandas.read_parquet(files[f"{kind}.parquet"])
        same(frame, run, kind)
        parts = next(blocks(run, kind))
        assert {n: frame[n].dtype for n in frame if n != "name"} == {
            n: x.dtype for n, x in parts.items() if n != "name"
        }


def test_parquet_without_pyarrow_says_what_to_install_and_makes_nothing(run, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow.parquet", None)
    with pytest.raises(StoreError, match=r"pip install '\.\[parquet\]'"):
        exported(run, tmp_path / "new", "parquet")
    assert not (tmp_path / "new").exists()


def test_npz_has_the_arrays_of_the_store_and_needs_no_pickle(run, tmp_path):
    (path,) = exported(run, tmp_path, "npz").values()
    found = np.load(path, allow_pickle=False)
    table = run.table("gradient")
    assert found["gradient/names"].tolist() == table.names
    np.testing.assert_array_equal(found["gradient/values"], table.values)
    np.testing.assert_array_equal(found["gradient/recorded"], table.recorded)
    number = found["units/names"].tolist().index("dense")
    np.testing.assert_array_equal(found[f"units/{number}/dead"], run.units("dense").dead)
    number = found["gradient_histogram/names"].tolist().index("dense/bias")
    counts = run.histogram("gradient", "dense/bias").counts
    np.testing.assert_array_equal(found[f"gradient_histogram/{number}/counts"], counts)


def test_npz_members_are_named_by_us_not_by_the_log(run, tmp_path):
    (path,) = exported(run, tmp_path, "npz", ["gradient", "maps"]).values()
    found = np.load(path)
    assert not [name for name in found.files if ".." in name]
    assert found["maps/names"].tolist() == [HOSTILE]
    np.testing.assert_allclose(found["maps/0/0"], np.ones((2, 3, 4, 4)))


class Elements(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.texts = [], []

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.texts.append(data)


def test_html_loads_and_runs_nothing_and_takes_names_as_text(run, tmp_path):
    (path,) = exported(run, tmp_path, "html").values()
    page = Elements()
    page.feed(path.read_text())
    assert not {tag for tag, _ in page.found} & {"script", "img", "link", "iframe", "b"}
    assert not [a for _, a in page.found if {"src", "href", "onload"} & a.keys()]
    assert f"{HOSTILE}/kernel" in page.texts
    policy = [a["content"] for t, a in page.found if t == "meta" and "http-equiv" in a]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_what_html_draws_of_a_kind_is_among_its_columns():
    for kind, statistics in html_page.STATISTICS.items():
        assert set(statistics) <= set(Kind(kind).columns), kind


def test_html_says_how_many_values_are_not_finite(run, tmp_path):
    (path,) = exported(run, tmp_path, "html", ["gradient"]).values()
    row = path.read_text().split("<tr><td>dense/bias</td>")[1].split("</tr>")[0]
    assert "<td>nan</td>" in row
    assert "<td>1</td>" in row


def test_only_the_kinds_asked_for_are_written(run, tmp_path):
    assert set(exported(run, tmp_path, "csv", ["epoch"])) == {"epoch.csv"}


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (("xlsx",), ValueError, "csv, parquet, npz, html. Received: 'xlsx'"),
        (("csv", ["gradients"]), NotRecordedError, "'gradients'"),
        (("csv", ["maps"]), NotRecordedError, "'maps'"),
        (("npz", ["attention"]), NotRecordedError, "'attention'"),
    ],
)
def test_what_cannot_be_exported_is_said_before_anything_is_made(
    run, tmp_path, arguments, error, words
):
    with pytest.raises(error, match=words):
        export_run(run, tmp_path / "new", *arguments)
    assert not (tmp_path / "new").exists()
