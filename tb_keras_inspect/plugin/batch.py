"""Several requests in one."""

import json
import urllib.parse

from tb_keras_inspect.plugin.errors import BadRequestError

MAX_REQUESTS = 64


def split_requests(text: str) -> list[tuple[str, dict[str, str]]]:
    """Route names and arguments of a JSON list of "route?query" strings.

    Raises:
        BadRequestError: when it is something else, or too long.
    """
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        items = None
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise BadRequestError(
            "Parameter 'requests' must be a JSON list of texts like \"table?run=a&kind=gradient\". "
            f"Received: {text[:80]!r}"
        )
    if len(items) > MAX_REQUESTS:
        raise BadRequestError(
            f"A batch takes up to {MAX_REQUESTS} requests. Received: {len(items)}"
        )
    return [_split(item) for item in items]


def _split(item: str) -> tuple[str, dict[str, str]]:
    name, _, query = item.partition("?")
    try:
        pairs = urllib.parse.parse_qsl(query, keep_blank_values=True, max_num_fields=100)
    except ValueError as error:
        raise BadRequestError(f"{item[:80]!r} cannot be read: {error}") from error
    return name, dict(reversed(pairs))  # of a repeated name the first, as in a plain request
