"""The two READMEs say the same, and their figures are those of the benchmarks."""

import re

from tests.docs.pages import ROOT

ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
# Rows of the table of costs to rows of benchmarks/README.md.
ROWS = {
    "small CNN": ("tensorflow", "cnn"),
    "Transformer, 171": ("tensorflow", "transformer"),
    "MobileNetV2": ("tensorflow", "mobilenet"),
    "ResNet50": ("tensorflow", "resnet"),
    "Transformer, 158": ("torch", "transformer"),
    "Transformer, 259": ("jax", "transformer"),
    "MLP": ("tensorflow", "mlp"),
}


def numbers(text):
    """All numbers and commands of a text, but for those in prose of one language alone."""
    return re.findall(r"\d+(?:\.\d+)?(?= (?:ms|KB|MB)|%)|\| [\d.]+(?= \|)", text)


def code(text):
    blocks = re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL)
    return [re.sub(r"#.*", "", block) for block in blocks]


def links(text):
    return re.findall(r"\]\(([^)]+)\)", text)[1:]


def test_both_have_the_same_code_numbers_sections_and_links():
    assert [block.split() for block in code(ENGLISH)] == [block.split() for block in code(CHINESE)]
    assert numbers(ENGLISH) == numbers(CHINESE)
    assert sorted(links(ENGLISH)) == sorted(links(CHINESE))
    assert ENGLISH.count("\n## ") == CHINESE.count("\n## ")
    assert ENGLISH.count("\n| ") == CHINESE.count("\n| ")


def test_costs_are_those_of_the_benchmarks():
    measured = {}
    for line in (ROOT / "benchmarks" / "README.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 7 and cells[0] in ("tensorflow", "jax", "torch"):
            measured[cells[0], cells[1]] = cells[2:5] + cells[6:]
    for start, key in ROWS.items():
        (row,) = re.findall(rf"^\| {start}.*\|$", ENGLISH, re.MULTILINE)
        plain, every, tenth, size = measured[key]
        assert f"{round(float(plain))} ms" in row
        assert f"| {every} | {tenth} | {size} KB |" in row


def test_quality_of_the_diagnosis_is_that_of_its_benchmark():
    text = (ROOT / "benchmarks" / "diagnosis" / "README.md").read_text()
    rows = re.findall(r"^\| held out.*: (\d+), .*\| ([\d.]+) \| ([\d.]+) \|$", text, re.MULTILINE)
    (first, recall, precision), (second, recall_again, precision_again) = rows
    assert recall == recall_again
    assert f"{first} and {second} training runs" in ENGLISH
    for fraction in (recall, precision, precision_again):
        assert f"{float(fraction):.0%}" in ENGLISH
