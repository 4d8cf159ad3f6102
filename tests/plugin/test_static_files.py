import os

import pytest

from tb_keras_inspect.plugin import static_files
from tb_keras_inspect.plugin.errors import NotFoundError


@pytest.fixture
def directory(tmp_path):
    static = tmp_path / "static"
    (static / "sub").mkdir(parents=True)
    (static / "index.js").write_text("export const a = 1;")
    (static / "sub" / "x.css").write_text("a{}")
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "static_other").mkdir()
    (tmp_path / "static_other" / "y.js").write_text("other")
    os.symlink(tmp_path / "secret.txt", static / "link.js")
    return str(static)


def test_files_are_served_with_their_type(directory):
    answer = static_files.answer("index.js", directory)
    assert answer.make().body == b"export const a = 1;"
    assert answer.make().content_type == "text/javascript; charset=utf-8"
    assert static_files.answer("sub/x.css", directory).make().content_type.startswith("text/css")


def test_the_entity_tag_follows_the_content(directory):
    before = static_files.answer("index.js", directory).etag
    assert static_files.answer("index.js", directory).etag == before
    with open(os.path.join(directory, "index.js"), "a") as file:
        file.write(" ")
    assert static_files.answer("index.js", directory).etag != before


@pytest.mark.parametrize(
    "name",
    [
        *(
            "../secret.txt",
            "sub/../../secret.txt",
            "/etc/passwd",
            "link.js",
            "../static_other/y.js",
        ),
        *("", ".", "sub", "missing.js", "a\0b", "x" * 5000, "..\\secret.txt", "%2e%2e/secret.txt"),
    ],
)
def test_nothing_outside_the_folder_is_served(directory, name):
    with pytest.raises(NotFoundError):
        static_files.answer(name, directory)
