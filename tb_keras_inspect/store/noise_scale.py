"""Which batch size is useful, from the gradient noise that was measured while training ran.

A run needs about 1 + noise / B times as many steps as one with endless batches, and 1 + B / noise times
as many examples as one with tiny ones, where noise is the gradient noise scale and B the batch size
(arXiv:1812.06162, equation 2.11). So larger batches stop paying off near the noise scale.
"""

import dataclasses
import math

import numpy as np

from tb_keras_inspect.store.run import RunData

LEAST = 4  # measurements


@dataclasses.dataclass(frozen=True)
class UsefulBatchSize:
    """The batch size from which on larger batches hardly make a step better.

    Attributes:
        batch_size: The gradient noise scale, in examples; infinite where noise hides the gradient.
        low, high: A band that holds it with a probability of about 90 %.
        used: The batch size that the run was trained with.
        measurements: How many went into it, the newest ones.
        first_step, last_step: Of these.
    """

    batch_size: float
    low: float
    high: float
    used: float
    measurements: int
    first_step: int
    last_step: int

    @property
    def steps_factor(self) -> float:
        """By how much the number of steps would fall with twice the batch: between 1 and 2."""
        if math.isinf(self.batch_size):
            return 2.0
        return (1 + self.batch_size / self.used) / (1 + self.batch_size / self.used / 2)

    def __str__(self) -> str:
        if math.isinf(self.batch_size):
            least = f" (at least {_count(self.low)})" if math.isfinite(self.low) else ""
            return f"Noise hides the gradient: the useful batch size is not known{least}."
        band = f"between {_count(self.low)} and {_count(self.high)}"
        saved = 100 * (1 - 1 / self.steps_factor)
        return (
            f"Larger batches stop paying off near {_count(self.batch_size)} examples ({band}). The "
            f"run uses {_count(self.used)}: with twice as many it would need about {saved:.0f} % fewer "
            "steps."
        )


def useful_batch_size(run: RunData, last: int | None = None) -> UsefulBatchSize:
    """The useful batch size of a run, with a band.

    The noise scale rises while a run learns, so the newest measurements count.

    Args:
        run: A run that was recorded with `measure=["gradient_noise"]`.
        last: How many measurements. Defaults to None: the second half of them, but 8 where there are.

    Raises:
        ValueError: If there are fewer than 4 measurements, or `last` is less than 4.

    Example:

    ```python
    from tb_keras_inspect import InspectCallback, load_run, useful_batch_size

    callback = InspectCallback("logs/noise", measure=["gradient_noise"])
    model.fit(x, y, epochs=8, callbacks=[callback])
    run = load_run("logs/noise")
    try:
        print(useful_batch_size(run))
    except ValueError as error:
        print(error)  # a fit of a few seconds has time for few measurements
    ```
    """
    if last is not None and (isinstance(last, bool) or not isinstance(last, int) or last < LEAST):
        raise ValueError(f"`last` must be an integer of at least {LEAST}. Received: {last!r}")
    steps, noise, signal, sizes = _measured(run)
    if len(steps) < LEAST:
        raise ValueError(
            f"`run` must have at least {LEAST} measurements of the gradient noise: record it with "
            'InspectCallback(..., measure=["gradient_noise"]), and train for longer. '
            f"Received: {len(steps)} of them"
        )
    count = min(last or max(len(steps) // 2, 8), len(steps))
    noise, signal = noise[-count:], signal[-count:]
    low, high = band(noise, signal)
    return UsefulBatchSize(
        scale_of(float(noise.mean()), float(signal.mean())),
        low,
        high,
        float(np.median(sizes)),
        count,
        int(steps[-count]),
        int(steps[-1]),
    )


def band(noise: np.ndarray, signal: np.ndarray) -> tuple[float, float]:
    """The bounds of the quotient of two means, by Fieller's theorem.

    Args:
        noise, signal: float64[M] each, M measurements.

    Returns:
        The upper one is infinite where the signal may be 0.
    """
    count = len(noise)
    t2 = _student(count - 1) ** 2
    spread = np.cov(noise, signal) / count
    # Quotients q for which mean(noise - q * signal) may be 0: a * q**2 - 2 * b * q + c <= 0.
    a = signal.mean() ** 2 - t2 * spread[1, 1]
    b = noise.mean() * signal.mean() - t2 * spread[0, 1]
    c = noise.mean() ** 2 - t2 * spread[0, 0]
    root = math.sqrt(max(b * b - a * c, 0.0))
    if a > 0:
        return max((b - root) / a, 0.0), (b + root) / a
    return (max(c / (b + root), 0.0) if b + root > 0 else 0.0), math.inf


def _student(freedom: int) -> float:
    """The 95 % quantile of Student's t, by its expansion: within 0.3 % from 3 degrees of freedom on."""
    z = 1.6449
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return float(z + sum(term / freedom**power for power, term in enumerate(terms, 1)))


def scale_of(noise: float, signal: float) -> float:
    """Noise over signal; infinite where the signal is not above 0."""
    return max(noise, 0.0) / signal if signal > 0 else math.inf


def _measured(run: RunData) -> tuple[np.ndarray, ...]:
    """Steps, noise, signal and batch sizes of M measurements; nothing where none was made."""
    table = run.table("step")
    names = ("gradient_noise", "gradient_signal", "batch_size")
    if any(name not in table.statistics for name in names):
        return (np.zeros(0),) * 4
    columns = [table.select(name)[:, 0].astype(np.float64) for name in names]
    known = np.isfinite(columns[0]) & np.isfinite(columns[1])
    return (table.steps[known], *(column[known] for column in columns))


def _count(number: float) -> str:
    """A number of examples in two digits."""
    if not math.isfinite(number):
        return "any number"
    rounded = float(f"{number:.2g}")
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:g}"
