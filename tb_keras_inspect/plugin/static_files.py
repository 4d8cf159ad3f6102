"""The compiled frontend."""

import mimetypes
import os

from tb_keras_inspect.plugin.errors import NotFoundError
from tb_keras_inspect.plugin.payload import Payload, etag_of
from tb_keras_inspect.plugin.routes import Answer

DIRECTORY = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "static")
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}


def answer(name: str, directory: str = DIRECTORY) -> Answer:
    """Returns a file of the static folder.

    Args:
        name: Path relative to the folder, with slashes.
        directory: The folder.

    Raises:
        NotFoundError: if there is no such file in it.
    """
    root = os.path.realpath(directory)
    try:
        path = os.path.realpath(os.path.join(root, name))
        inside = os.path.commonpath([root, path]) == root
        if not inside or not os.path.isfile(path):
            raise OSError
        with open(path, "rb") as file:
            body = file.read()
    except (OSError, ValueError):  # ValueError: a null byte, or another drive
        raise NotFoundError(f"No static file {name[:200]!r}") from None
    payload = Payload(body, _content_type(path))
    return Answer(etag_of(body), lambda: payload)


def _content_type(path: str) -> str:
    extension = os.path.splitext(path)[1].lower()
    guess = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return _TYPES.get(extension, guess)
