"""Findings as text, JSON and HTML, whatever the names in them hold."""

import json

import numpy as np
import pytest

from tb_keras_inspect.diagnosis import Evidence, Finding, Findings, Where
from tb_keras_inspect.diagnosis.wording import listed, number_text, since
from tests.diagnosis.findings import make


def test_text_fits_eighty_columns_and_says_everything():
    related = make("slow_convergence", title="x " * 100)
    text = str(make(related=[related]))
    assert max(map(len, text.splitlines())) <= 80
    for part in ("WARNING dying_relu", "94 %", "limit 50 %", "Adam(1e-4)", "slow_convergence"):
        assert part in text


def test_control_characters_of_a_log_do_not_reach_the_terminal():
    assert "\x1b" not in str(make(title="layer \x1b[2J"))


def test_markup_of_a_log_does_not_reach_a_notebook():
    page = make(title="<script>x</script>", cause="<b>")._repr_html_()
    assert "<script>" not in page
    assert "<b>" not in page.replace("<b>warning", "")


def test_json_holds_no_nan_and_says_the_value_in_words():
    evidence = [Evidence("loss", np.nan), Evidence("norm", np.inf, threshold=np.inf)]
    content = json.loads(json.dumps(make(evidence=evidence).to_dict(), allow_nan=False))
    assert [item["value"] for item in content["evidence"]] == [None, None]
    assert [item["text"] for item in content["evidence"]] == ["NaN", "infinite"]
    assert content["evidence"][1]["threshold"] is None


def test_names_and_indices_in_json_are_limited():
    where = Where([str(i) for i in range(1000)], {"s": list(range(1000))})
    content = make(where=where).to_dict()["where"]
    assert len(content["layers"]) == 100
    assert len(content["units"][0]["indices"]) == 256


def test_json_names_the_variant_beside_the_problem():
    content = make(variant="died").to_dict()
    assert (content["problem"], content["variant"]) == ("dying_relu", "died")


def test_unknown_severity_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match="note, warning, error"):
        make(severity="fatal")


def test_selection_by_severity():
    findings = Findings([make(severity="error"), make(), make(severity="note")])
    assert [f.severity for f in findings.at_least("warning")] == ["error", "warning"]
    with pytest.raises(ValueError, match="Received: 'bad'"):
        findings.at_least("bad")


def test_flat_names_what_is_grouped_too():
    findings = Findings([make(related=[make("slow_convergence")])])
    assert [f.problem for f in findings.flat()] == ["dying_relu", "slow_convergence"]


def test_nothing_found_says_so():
    assert str(Findings()) == "No findings."


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.1234, "%", "12.3 %"),
        (3, "samples", "3 samples"),
        (1.5e-7, "", "1.5e-07"),
        (123456.7, "", "1.2e+05"),
        (0, "", "0"),
        (-np.inf, "", "-infinite"),
    ],
)
def test_numbers_are_short(value, unit, text):
    assert number_text(value, unit) == text


def test_what_began_with_the_recording_is_not_dated():
    assert (since(5, 0), since(0, 0)) == ("since step 5", "from the start")


@pytest.mark.parametrize(
    ("names", "text"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (list("abcde"), "a, b and 3 more")],
)
def test_names_are_listed_in_a_sentence(names, text):
    assert listed(names) == text


def test_findings_read_the_same_at_a_prompt_as_printed():
    found = Findings([Finding("non_finite", "error", 1.0, "The loss is NaN", 3, 9, True, "It is.")])
    assert repr(found) == str(found)
    assert repr(Findings()) == "No findings."
