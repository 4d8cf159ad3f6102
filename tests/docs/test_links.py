"""Every link and picture inside the project leads somewhere; pictures stay small."""

import re

import pytest

from tests.docs.pages import LINK, ROOT, anchors, pages, prose

MOST_BYTES = 1_500_000


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_of_a_page_lead_to_files_and_headings_that_are_there(path):
    broken = []
    for target in LINK.findall(prose(path)):
        if re.match(r"https?:|mailto:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)
    assert broken == []


def test_every_picture_is_shown_somewhere_and_all_together_are_small():
    shown = {
        (path.parent / target).resolve()
        for path in pages()
        for target in LINK.findall(prose(path))
        if target.endswith((".png", ".svg"))
    }
    there = {path for path in (ROOT / "docs" / "images").iterdir()}
    assert there <= shown
    assert sum(path.stat().st_size for path in there) <= MOST_BYTES


def test_every_picture_has_words_for_those_who_cannot_see_it():
    without = [
        f"{path.relative_to(ROOT)}: {match}"
        for path in pages()
        for match in re.findall(r"!\[\s*\]\([^)]*\)", prose(path))
    ]
    assert without == []
