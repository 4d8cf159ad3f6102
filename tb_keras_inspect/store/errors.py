"""What readers of a run may get instead of data."""

from collections.abc import Iterable

from tb_keras_inspect.files.errors import StoreError as StoreError

NAMED = 12  # names listed in a message before "and n more"
LONGEST = 200  # characters of a name in a message


class UnreadableError(StoreError):
    """All records of a kind are out of reach because of a damaged one among them."""


class NotRecordedError(StoreError, KeyError):
    """Something was asked for that the run does not hold; the text names what it does hold.

    Args:
        what: A noun and what belongs to it, such as "layer with maps".
        name: What was asked for.
        known: What there is.
    """

    def __init__(self, what: str, name: str, known: Iterable[str]):
        noun, space, rest = what.partition(" ")
        plural = f"{noun.capitalize()}s{space}{rest}"
        super().__init__(f"No {what} {shown(name)}. {plural} there: {listing(known)}")

    def __str__(self) -> str:
        return str(self.args[0])  # KeyError would show the repr


def shown(name: str) -> str:
    """A name for a message, cut to a length one reads."""
    text = repr(name if len(str(name)) <= LONGEST else f"{str(name)[:LONGEST]}...")
    return text if len(text) <= 2 * LONGEST else f"{text[: 2 * LONGEST]}..."


def listing(names: Iterable[str]) -> str:
    """Names for a message, cut to a length one reads."""
    names = list(names)
    if not names:
        return "none"
    rest = len(names) - NAMED
    return ", ".join(map(shown, names[:NAMED])) + (f" and {rest} more" if rest > 0 else "")
