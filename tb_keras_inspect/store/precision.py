"""What of a run's tensors would be lost in a lower precision, from their recorded histograms."""

import dataclasses
from collections.abc import Iterable
from typing import Any

import numpy as np

from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.catalog.precisions import PRECISIONS, Precision
from tb_keras_inspect.records import bins
from tb_keras_inspect.store import export
from tb_keras_inspect.store.display import Shown
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.run import RunData

KINDS = (Kind.WEIGHT, Kind.ACTIVATION, Kind.GRADIENT, Kind.UPDATE)
COLUMNS = ("underflow", "overflow", "swallowed")


@dataclasses.dataclass(frozen=True, repr=False)
class PrecisionForecast(Shown):
    """Fractions of the non-zero elements of each tensor that a number format would lose.

    Attributes:
        precision: Name of the format.
        loss_scale: What gradients were multiplied by: 1 without loss scaling.
        kinds: Of each row: "weight", "activation", "gradient" or "update".
        names: Of each row: path of a variable, or name of a layer output.
        values: float64[N, 3], fractions from 0 to 1: `underflow` (rounded to zero), `overflow` (to
            infinity or NaN), and of updates `swallowed` (too small beside the weight to change it); NaN
            where it does not apply.

    Example:

    ```python
    from tb_keras_inspect import forecast_precision

    forecast = forecast_precision(run, "bfloat16")
    print(forecast)
    forecast.of("update", "hidden_1/kernel")  # {"underflow": ..., "overflow": ..., "swallowed": ...}
    ```
    """

    precision: str
    loss_scale: float
    kinds: tuple[str, ...]
    names: tuple[str, ...]
    values: np.ndarray

    def of(self, kind: str, name: str) -> dict[str, float]:
        """The fractions of one tensor.

        Raises:
            NotRecordedError: If it has no histogram.
        """
        for row, found in enumerate(zip(self.kinds, self.names, strict=True)):
            if found == (kind, name):
                return dict(zip(COLUMNS, map(float, self.values[row]), strict=True))
        raise NotRecordedError(f"histogram of a {kind}", name, self.names)

    def to_pandas(self) -> Any:
        """A `pandas.DataFrame` with one row per tensor and one column per fraction."""
        rows = [f"{kind} {name}" for kind, name in zip(self.kinds, self.names, strict=True)]
        return export.data_frame(self.values, np.array(rows, object), ("lost", list(COLUMNS)))

    def __str__(self) -> str:
        width = max(map(len, self.names), default=0)
        head = f"{self.precision}: % of the non-zero elements"
        if self.loss_scale != 1:
            head += f"; gradients times {self.loss_scale:g}"
        lines = [head, f"{'':{width + 12}}" + "".join(f"{name:>11}" for name in COLUMNS)]
        for kind, name, row in zip(self.kinds, self.names, self.values, strict=True):
            cells = "".join(f"{'':>11}" if np.isnan(x) else f"{100 * x:>11.2f}" for x in row)
            lines.append(f"{kind:11} {name:{width}}{cells}")
        return "\n".join(lines)


def forecast_precision(
    run: RunData, precision: str = "bfloat16", loss_scaling: bool = False, step: int | None = None
) -> PrecisionForecast:
    """Forecasts what a run would lose in a lower precision.

    From the histograms by powers of two, which the tiers "standard" and "full" record. A format's
    limits are powers of two, but for the largest number, so the fractions are those of the recorded
    elements. Two are estimates: `swallowed` takes the size of an update to be independent of that of
    its weight, and around the largest number elements are spread evenly between two powers of two.

    Args:
        run: From `load_run`, of a run in float32.
        precision: "float16", "bfloat16", "float8_e4m3fn" or "float8_e5m2". Defaults to "bfloat16".
        loss_scaling: Whether gradients are scaled by the largest power of two that lets none of them
            overflow, as dynamic loss scaling does. Defaults to False.
        step: One sampled step, or the newest before it. Defaults to None: all of them together.

    Returns:
        A row for each weight, layer output, gradient and update.

    Raises:
        ValueError: If there is no such precision, or no sample at or before the step.
        NotRecordedError: If the run has no histograms.

    Example:

    ```python
    from tb_keras_inspect import forecast_precision, load_run

    print(forecast_precision(load_run("logs/a"), "float16", loss_scaling=True))
    ```
    """
    form = PRECISIONS.get(precision) if isinstance(precision, str) else None
    if form is None:
        raise ValueError(f"`precision` must be one of {list(PRECISIONS)}. Received: {precision!r}")
    found = {
        kind: _counts(run, kind, step) for kind in KINDS if f"{kind.value}_histogram" in run.kinds
    }
    if not found:
        raise NotRecordedError("kind", "gradient_histogram", sorted(run.kinds))
    gradients = [magnitudes for magnitudes in found.get(Kind.GRADIENT, {}).values()]
    scale = _loss_scale(gradients, form) if loss_scaling else 1.0
    kinds, names, values = [], [], []
    for kind, tensors in found.items():
        for name, counts in tensors.items():
            factor = scale if kind is Kind.GRADIENT else 1.0
            weight = found.get(Kind.WEIGHT, {}).get(name) if kind is Kind.UPDATE else None
            swallowed = np.nan if weight is None else swallowed_fraction(counts, weight, form)
            kinds.append(kind.value)
            names.append(name)
            values.append((*lost_fractions(counts, form, factor), swallowed))
    table = np.array(values, np.float64).reshape(-1, len(COLUMNS))
    return PrecisionForecast(precision, scale, tuple(kinds), tuple(names), table)


def lost_fractions(counts: np.ndarray, form: Precision, scale: float = 1.0) -> tuple[float, float]:
    """Fractions of non-zero elements that underflow and overflow.

    Args:
        counts: float64[1 + E]: elements by binary exponent of their magnitude, from
            `bins.FIRST_EXPONENT` on; the first are non-zero ones below that.
        form: The format.
        scale: A power of two that the elements are multiplied by.
    """
    total = counts.sum()
    if not total:
        return np.nan, np.nan
    low = np.concatenate([[0.0], _powers()]) * scale
    high = np.append(_powers(), 2.0 * _powers()[-1]) * scale
    # A magnitude from `low` to `high`, evenly spread where a limit is between them.
    over = np.clip((high - form.overflow) / (high - low), 0, 1)
    under = np.clip((form.underflow - low) / (high - low), 0, 1)
    return float(counts @ under / total), float(counts @ over / total)


def swallowed_fraction(update: np.ndarray, weight: np.ndarray, form: Precision) -> float:
    """Fraction of non-zero updates that leave the weight as it is: below half its spacing.

    Args:
        update: float64[1 + E] as in `lost_fractions`.
        weight: The same of the weight, with its zeros in the first bin.
        form: The format.
    """
    if not update.sum() or not weight.sum():
        return np.nan
    powers = _powers()
    exponents = [
        bins.FIRST_EXPONENT - 1,
        *range(bins.FIRST_EXPONENT, bins.FIRST_EXPONENT + len(powers)),
    ]
    limits = np.array([form.half_spacing(exponent) for exponent in exponents])
    below = np.array([update[: int(np.searchsorted(powers, limit)) + 1].sum() for limit in limits])
    below[limits < powers[0]] = 0.0  # such small ones are counted together
    return float(below @ weight / (update.sum() * weight.sum()))


def _counts(run: RunData, kind: Kind, step: int | None) -> dict[str, np.ndarray]:
    """Of each tensor, elements by magnitude; zeros are left out, but of weights."""
    table = run.table(kind.value)
    zeros, names = table.select("zero_fraction"), list(table.names)
    found = {}
    for name in names:
        try:
            histogram = run.histogram(kind.value, name)
        except NotRecordedError:
            continue
        at = _steps(histogram.steps, step)
        half = histogram.counts.shape[1] // 2
        counts = histogram.counts[at].astype(np.float64)
        by_sign = counts[:, half + 1 :] + counts[:, half - 1 :: -1]
        fraction = zeros[np.searchsorted(table.steps, histogram.steps[at]), names.index(name)]
        least = counts[:, half]
        if kind is not Kind.WEIGHT:
            least = np.maximum(least - np.nan_to_num(fraction) * counts.sum(axis=1), 0.0)
            least[least < 0.5] = 0.0
        found[name] = np.concatenate([[least.sum()], by_sign.sum(axis=0)])
    return found


def _steps(steps: np.ndarray, step: int | None) -> slice:
    if step is None:
        return slice(None)
    at = int(np.searchsorted(steps, step, side="right")) - 1
    if at < 0:
        raise ValueError(f"`step` must not be before the first sample. Received: {step!r}")
    return slice(at, at + 1)


def _loss_scale(gradients: Iterable[np.ndarray], form: Precision) -> float:
    """The largest power of two that keeps all gradients below the overflow."""
    largest = [bins.FIRST_EXPONENT + int(np.flatnonzero(x)[-1]) for x in gradients if x.any()]
    if not largest:
        return 1.0
    # The largest bin ends below a power of two that still fits.
    return float(2.0 ** (np.floor(np.log2(form.overflow)) - max(largest)))


def _powers() -> np.ndarray:
    return np.exp2(np.arange(bins.EXPONENTS, dtype=np.float64) + bins.FIRST_EXPONENT)
