"""Numbers and names as they stand in sentences."""

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence

WIDTH = 80  # columns of the text form


def number_text(value: float, unit: str = "") -> str:
    """A number in few digits, e.g. "1.3e-05", "42 %", "12 samples".

    Args:
        value: The number; a fraction where `unit` is "%".
        unit: What stands behind it.
    """
    if unit == "%":
        return f"{_digits(100 * value)} %"
    return f"{_digits(value)} {unit}".rstrip()


def json_number(value: float | None) -> float | None:
    """As JSON holds it: None where it is not finite."""
    return None if value is None or not math.isfinite(value) else float(value)


def listed(names: Iterable[str], most: int = 3) -> str:
    """Names for a sentence: "a", "a and b", "a, b and 4 more"."""
    names = list(names)
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def up_to(fraction: float, places: Sequence[str]) -> str:
    """The largest fraction found in several places: "95 %", "up to 95 %"."""
    return f"{'up to ' if len(set(places)) > 1 else ''}{100 * fraction:.0f} %"


def since(step: int, start: int) -> str:
    """When something began: "since step 40", or "from the start" of what was recorded."""
    return "from the start" if step <= start else f"since step {step}"


def since_each(steps: Mapping[str, int], start: int) -> str:
    """When something began that several layers have: "since step 40 (a: 40, b: 95)".

    Args:
        steps: Path of a layer to its step; some.
        start: As in `since`.
    """
    text = since(min(steps.values()), start)
    if len(set(steps.values())) > 1:
        firsts = sorted(steps.items(), key=lambda item: item[1])[:3]
        text += f" ({', '.join(f'{path}: {step}' for path, step in firsts)})"
    return text


def capitalised(text: str) -> str:
    """With a capital first letter; the others stay as they are."""
    return text[:1].upper() + text[1:]


def printable(text: str) -> str:
    """Without control characters: names come from a log and go to a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def wrapped(text: str, indent: str, further: str | None = None) -> list[str]:
    """Lines of at most `WIDTH` columns.

    Args:
        text: One paragraph.
        indent: Stands in front of the first line.
        further: Stands in front of the other lines. Defaults to `indent`.
    """
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent if further is None else further,
        break_on_hyphens=False,
    )


def _digits(value: float) -> str:
    value = float(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "infinite" if value > 0 else "-infinite"
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    if 1e-3 <= abs(value) < 1e5:
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
    return f"{value:.1e}"
