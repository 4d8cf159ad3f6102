"""Small SVG plots of series: plain text, no script, nothing to load.

Drawn by hand because matplotlib is optional.
"""

import math
from collections.abc import Callable

import numpy as np
from markupsafe import Markup, escape

WIDTH, HEIGHT = 560, 120
LEFT, RIGHT, TOP, BOTTOM = 64, 8, 8, 20
MOST_POINTS = 400
LOG_FROM = 50.0  # largest / smallest value above which the axis is logarithmic

Axis = Callable[[np.ndarray], np.ndarray]


def series_svg(
    steps: np.ndarray,
    values: np.ndarray,
    title: str,
    threshold: float | None = None,
    first_step: int | None = None,
    may_be_logarithmic: bool = True,
) -> Markup:
    """Draws a series.

    Args:
        steps: int64[S], increasing.
        values: float[S]. Non-finite values are marked in red at the bottom.
        title: For screen readers.
        threshold: Drawn as a dashed line if it lies within the range of the values.
        first_step: Drawn as a vertical line.
        may_be_logarithmic: Whether the axis may be logarithmic if the values span orders of
            magnitude.

    Returns:
        An `<svg>` element; "" if there is nothing to draw.
    """
    values = np.asarray(values, np.float64)
    finite = np.isfinite(values)
    if not finite.any():
        return Markup()
    steps = np.asarray(steps, np.float64)
    low, high = float(values[finite].min()), float(values[finite].max())
    logarithmic = may_be_logarithmic and low > 0 and high > LOG_FROM * low
    x, y = _x_axis(steps), _y_axis(low, high, logarithmic)
    parts = [_grid(steps, low, high, logarithmic, x, y)]
    if threshold is not None and low <= threshold <= high:
        at = _text(y(np.array([threshold]))[0])
        parts.append(f'<path class="limit" d="M{LEFT} {at}H{WIDTH - RIGHT}"/>')
    if first_step is not None:
        at = _text(float(x(np.array([float(first_step)]))[0]))
        parts.append(f'<path class="since" d="M{at} {TOP}V{HEIGHT - BOTTOM}"/>')
    parts.append(f'<path class="line" d="{_path(steps, values, finite, x, y)}"/>')
    for at in x(steps[~finite])[:MOST_POINTS]:
        parts.append(
            f'<rect class="bad" x="{_text(at - 1)}" y="{HEIGHT - BOTTOM - 6}" width="2" '
            'height="6"/>'
        )
    return Markup(
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"{''.join(parts)}</svg>"
    )


def _x_axis(steps: np.ndarray) -> Axis:
    first, span = steps[0], max(steps[-1] - steps[0], 1.0)
    return lambda at: LEFT + (np.clip((at - first) / span, 0, 1)) * (WIDTH - LEFT - RIGHT)


def _y_axis(low: float, high: float, logarithmic: bool) -> Axis:
    tall = HEIGHT - TOP - BOTTOM
    if logarithmic:
        a, b = math.log(low), math.log(high)
        return lambda v: TOP + (b - np.log(np.maximum(v, low))) / (b - a) * tall
    # Halves, because the difference of two large numbers may overflow.
    span = high / 2 - low / 2 or 1.0
    return lambda v: TOP + (high / 2 - v / 2) / span * tall


def _path(steps: np.ndarray, values: np.ndarray, finite: np.ndarray, x: Axis, y: Axis) -> str:
    steps, values = steps[finite], values[finite]
    if len(steps) > MOST_POINTS:  # keep the extremes of each column
        parts = np.array_split(np.arange(len(steps)), MOST_POINTS // 2)
        keep = [sorted((p[np.argmin(values[p])], p[np.argmax(values[p])])) for p in parts]
        index = np.unique(np.concatenate(keep))
        steps, values = steps[index], values[index]
    points = zip(x(steps), y(values), strict=True)
    return "M" + "L".join(f"{_text(a)} {_text(b)}" for a, b in points)


def _grid(steps: np.ndarray, low: float, high: float, logarithmic: bool, x: Axis, y: Axis) -> str:
    bottom = HEIGHT - BOTTOM
    found = [f'<path class="axis" d="M{LEFT} {TOP}V{bottom}H{WIDTH - RIGHT}"/>']
    for value in (low, high):
        at = _text(float(y(np.array([value]))[0]) + 4)
        found.append(f'<text x="{LEFT - 4}" y="{at}" text-anchor="end">{value:.3g}</text>')
    for value, anchor in ((steps[0], "start"), (steps[-1], "end")):
        at = _text(float(x(np.array([value]))[0]))
        found.append(f'<text x="{at}" y="{HEIGHT - 6}" text-anchor="{anchor}">{value:.0f}</text>')
    if logarithmic:
        found.append(f'<text x="{LEFT + 4}" y="{TOP + 10}">logarithmic</text>')
    return "".join(found)


def _text(value: float) -> str:
    return f"{value:.1f}"
