"""The pages use the field's words, as the messages do."""

import re

import pytest

from tests.docs.pages import ROOT, pages, prose
from tests.test_messages import COINED


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_page_has_no_word_of_our_own(path):
    found = {
        match[0]: instead
        for pattern, instead in COINED.items()
        for match in re.finditer(rf"\b({pattern})\b", prose(path), re.IGNORECASE)
    }
    assert found == {}, "word on the page: what to write"


def test_every_term_of_the_glossary_is_explained_once():
    terms = re.findall(
        r"^\* \*\*(.+?)\*\*", (ROOT / "docs" / "glossary.md").read_text(), re.MULTILINE
    )
    assert len(terms) > 40
    assert len(set(terms)) == len(terms)
