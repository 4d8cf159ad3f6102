"""Converts query strings, which are untrusted, to validated values."""

from collections.abc import Mapping, Sequence

from tb_keras_inspect.plugin.errors import BadRequestError

MAX_WIDTH = 10_000  # columns; more than any screen has
MAX_STEP = 2**63 - 1
MAX_VALUES = 64  # items of a comma-separated list


class Params:
    """The arguments of one request.

    Args:
        arguments: Mapping from name to text; for a repeated name the first one.
        accepted: The names that the route accepts.

    Raises:
        BadRequestError: if there are other names.
    """

    def __init__(self, arguments: Mapping[str, str], accepted: Sequence[str]):
        for name in arguments:
            if name not in accepted:
                raise BadRequestError(
                    f"Unknown parameter {name[:80]!r}. Accepted: {', '.join(accepted) or 'none'}"
                )
        self._arguments = arguments

    def has(self, name: str) -> bool:
        """Whether the parameter was given."""
        return name in self._arguments

    def text(self, name: str) -> str:
        """A required text; it may be empty."""
        if name not in self._arguments:
            raise BadRequestError(f"Parameter {name!r} is missing")
        return self._arguments[name]

    def integer(self, name: str, low: int, high: int) -> int | None:
        """An integer within a range, or None if it was not given."""
        text = self._arguments.get(name)
        if text is None:
            return None
        digits = text[1:] if text.startswith("-") else text
        value = int(text) if digits.isascii() and digits.isdigit() and len(digits) < 20 else None
        if value is None or not low <= value <= high:
            raise BadRequestError(
                f"Parameter {name!r} must be an integer from {low} to {high}. Received: {text[:80]!r}"
            )
        return value

    def step(self, name: str) -> int | None:
        """A step."""
        return self.integer(name, -MAX_STEP - 1, MAX_STEP)

    def width(self) -> int | None:
        """The maximum number of columns."""
        return self.integer("width", 1, MAX_WIDTH)

    def texts(self, name: str, default: Sequence[str] = ()) -> list[str]:
        """A comma-separated list, without repetitions."""
        text = self._arguments.get(name)
        if text is None:
            return list(default)
        items = list(dict.fromkeys(text.split(",")))
        if len(items) > MAX_VALUES:
            raise BadRequestError(
                f"Parameter {name!r} accepts up to {MAX_VALUES} values. Received: {len(items)}"
            )
        return items

    def choices(self, name: str, accepted: Sequence[str], default: Sequence[str]) -> list[str]:
        """A comma-separated list of words from a given set."""
        items = self.texts(name, default)
        for item in items:
            if item not in accepted:
                raise BadRequestError(
                    f"Parameter {name!r} accepts {', '.join(accepted)}. Received: {item[:80]!r}"
                )
        return items

    def choice(self, name: str, accepted: Sequence[str], default: str) -> str:
        """One word from a given set."""
        text = self._arguments.get(name, default)
        if text not in accepted:
            raise BadRequestError(
                f"Parameter {name!r} must be one of {', '.join(accepted)}. Received: {text[:80]!r}"
            )
        return text

    def rows(self) -> slice:
        """`rows=a:b` means rows a to b - 1. Either may be omitted."""
        text = self._arguments.get("rows")
        if text is None:
            return slice(None)
        first, colon, last = text.partition(":")
        if not colon or not all(_is_count(part) for part in (first, last)):
            raise BadRequestError(
                "Parameter 'rows' must be 'first:end' with numbers of 0 or more. Either "
                f"may be omitted. Received: {text[:80]!r}"
            )
        return slice(int(first or 0), int(last) if last else None)


def _is_count(text: str) -> bool:
    return text == "" or (text.isascii() and text.isdigit() and len(text) < 10)
