"""Which training steps are sampled."""

import functools
import math
import statistics
from collections import deque

UNKNOWN_END = 4  # assumed steps (or epochs) to come for each that has passed, if the end is unknown
MIN_POINTS = 200  # samples that a fit gets at least, whatever one costs
_TIMINGS = 31  # plain steps whose median is "the" step time
_WARM_UP = 2  # first samples, which include tracing and compilation
_GOLDEN = (math.sqrt(5) - 1) / 2  # its multiples, modulo 1, are spread evenly


class Schedule:
    """Decides before each training step whether it is sampled.

    With a fixed interval, every n-th step. With "auto", as often as the measured cost of a sample
    allows: if a sampled step takes `c` seconds longer than a plain one of `p` seconds, then every
    `c / (overhead * p)`-th step on average, but at least 200 samples in a fit.

    Neither keeps in step with the epochs, or samples would see the same batches of each epoch. Where
    a fixed interval `n` and the length of an epoch share a factor, samples begin with multiples of
    `n` and are moved by some of the `n` steps later, so that `n` epochs show all batches. The
    distances of "auto" vary by up to half of the interval. Nothing of it is random.

    Both are thinned so that the log stays under its limit: the bytes that are left are spread over the
    steps that are left. If the end is not known, the fit is assumed to last five times as long as it
    has lasted so far; the bytes left then shrink with the fourth root of the steps and never run out.

    Further fits of the same run go on with both. One that is shorter than what came before it may be
    one of many: then the end is not known.

    Args:
        every: Interval in steps, or "auto".
        overhead: Fraction of the training time that "auto" may take, e.g. 0.03.
        max_bytes: Limit of the log's size.

    Attributes:
        interval: The current interval, in steps.
    """

    def __init__(self, every: int | str, overhead: float, max_bytes: float):
        self._every, self._overhead, self._max_bytes = every, overhead, max_bytes
        self.interval = 1 if every == "auto" else int(every)
        self._first = 0
        self._last: int | None = None
        self._total: int | None = None
        self._samples = 0
        self._updates_every = 1
        self._steps_per_epoch = 0
        self._plain: deque[float] = deque(maxlen=_TIMINGS)
        self._extra: deque[float] = deque(maxlen=_TIMINGS)
        self._begun: tuple[float, int] | None = None

    @property
    def every(self) -> int | str:
        """The requested interval, or "auto"."""
        return self._every

    def change(self, every: int | str) -> int | str:
        """Sets another interval from now on; returns the previous one."""
        before, self._every = self._every, every
        if every != "auto":
            self.interval = int(every)
        return before

    @property
    def step_seconds(self) -> float | None:
        """Median duration of a plain step, None until measured."""
        return statistics.median(self._plain) if self._plain else None

    @property
    def sample_seconds(self) -> float | None:
        """Median of the extra time that a sampled step takes; None until measured."""
        return statistics.median(self._extra) if self._extra else None

    @property
    def facts(self) -> dict[str, float]:
        """What is recorded of it with a sample, NaN where not known yet."""
        plain, extra = self.step_seconds, self.sample_seconds
        return {
            "interval": self.interval,
            "step_seconds": plain or math.nan,
            "sample_seconds": math.nan if extra is None else extra,
        }

    def begin_fit(
        self,
        first_step: int,
        total_steps: int | None,
        updates_every: int = 1,
        steps_per_epoch: int | None = None,
    ) -> None:
        """A fit begins.

        Args:
            first_step: Number of its first step.
            total_steps: Number of its steps, None or 0 if not known.
            updates_every: Batches whose gradients are accumulated for one update of the weights. If
                samples are further apart than that, only steps that update are sampled.
            steps_per_epoch: Steps in an epoch, None or 0 if not known.
        """
        self._updates_every, self._steps_per_epoch = updates_every, steps_per_epoch or 0
        if self._last is None:
            self._first = first_step
        before = first_step - self._first
        self._total = before + total_steps if total_steps and total_steps >= before else None
        self._begun, self._is_timed = None, False

    def wants(self, step: int) -> bool:
        """Whether to sample this step. Asking again gives the same answer until `sampled`."""
        if self._last is None or step <= self._last:
            return True
        if self.interval >= self._updates_every > 1 and (step + 1) % self._updates_every:
            return False
        return self._is_due(step, self._last)

    def wants_none_to(self, step: int) -> bool:
        """Whether it wants no step up to this one, if none is sampled before."""
        return self._last is not None and step > self._last and not self._is_due(step, self._last)

    def _is_due(self, step: int, last: int) -> bool:
        if self._every == "auto":
            return step - last >= self._distance()
        begin = step - step % self.interval
        due = begin + self._shift(begin)
        if due > step:  # the one before may have been missed
            due = begin - self.interval + self._shift(begin - self.interval)
        return due > last

    def _distance(self) -> int:
        """Steps from the last sample of "auto" to the next: `interval` on average."""
        half = self.interval // 2
        return self.interval + round((2 * (self._samples * _GOLDEN % 1) - 1) * half)

    def _shift(self, step: int) -> int:
        """By how many steps the samples of this step's epoch are later than multiples of `interval`."""
        if not self._steps_per_epoch or self.interval < 2:
            return 0
        factor = math.gcd(self.interval, self._steps_per_epoch)
        epoch = max(step - self._first, 0) // self._steps_per_epoch
        repeats = (
            self.interval // factor
        )  # epochs until multiples of `interval` meet the same batches
        return epoch // repeats * _stride(factor) % factor

    def sampled(
        self, step: int, sample_bytes: float, other_bytes: float = 0, interval: int | None = None
    ) -> None:
        """Notes that a step was sampled, and plans the next one.

        Args:
            step: Its number.
            sample_bytes: Size of the samples in the log.
            other_bytes: What else the log has, and will have at the end of the fit.
            interval: Steps until the next one, if several processes have agreed on it.
        """
        self.interval = interval or self.planned(step, sample_bytes, other_bytes)
        self._last = step
        self._samples += 1

    def planned(self, step: int, sample_bytes: float, other_bytes: float = 0) -> int:
        """The interval that would follow if this step were sampled."""
        samples = self._samples + 1
        base = self._by_cost(samples) if self._every == "auto" else int(self._every)
        limit = self._by_size(samples, step, sample_bytes, other_bytes)
        return base * math.ceil(limit / base) if limit > base else base

    def timed(self, now: float, step: int) -> None:
        """Measures the step before the one that is about to begin.

        On backends that run ahead of the device, the cost of a sample shows in the step after it. So
        the cost is the time of both beyond that of two plain steps.

        Args:
            now: Seconds on a monotonic clock.
            step: The step's number.
        """
        if self._begun is not None:
            then, before = self._begun
            self._measure(now - then, before)
        self._begun = (now, step)

    def pause(self, now: float | None = None) -> None:
        """Stops measuring until the next step: validation or the end of an epoch follows.

        Args:
            now: Seconds on a monotonic clock, if a step has just ended.
        """
        if (
            now is not None and self._begun is not None and not self._is_timed
        ):  # a fit of one step has no other measure
            seconds = now - self._begun[0]
            if self._begun[1] != self._last:
                self._plain.append(seconds)
            elif (plain := self.step_seconds) is not None and self._samples > _WARM_UP:
                self._extra.append(max(seconds - plain, 0.0))
        self._begun = None
        self._pending = 0.0

    _pending = 0.0  # seconds of a sampled step, until the step after it is measured
    _is_timed = False  # whether a step of this fit was

    def _measure(self, seconds: float, step: int) -> None:
        self._is_timed = True
        if step == self._last:
            self._pending = seconds
        elif self._pending:
            plain = self.step_seconds
            if plain is not None and self._samples > _WARM_UP:
                self._extra.append(max(self._pending + seconds - 2 * plain, 0.0))
            self._pending = 0.0
        else:
            self._plain.append(seconds)

    def _by_cost(self, samples: int) -> int:
        plain, extra = self.step_seconds, self.sample_seconds
        if extra is None or not plain:
            # Until the cost is known: 1, 2, 4, ..., with plain steps in between to compare with.
            return int(min(2**samples, 16))
        interval = math.ceil(extra / (self._overhead * plain))
        if self._total:
            interval = min(interval, self._total // MIN_POINTS)
        return max(interval, 1)

    def _by_size(self, samples: int, step: int, sample_bytes: float, other_bytes: float) -> int:
        if samples < 2 or not sample_bytes:
            return 1
        each = sample_bytes / (samples - 1)
        left = self._max_bytes - other_bytes - sample_bytes - each
        if left < each:
            return 2**62  # full: the limit holds
        if self._total is not None:
            steps_left = self._first + self._total - step
        else:
            steps_left = UNKNOWN_END * (step - self._first)
        return math.ceil(max(steps_left, 1) * each / left)


@functools.cache
def _stride(factor: int) -> int:
    """The number next to the golden section of `factor` that shares no factor with it.

    Its multiples, modulo `factor`, take all values, and the first few are far apart.
    """
    middle = round(factor * _GOLDEN)
    return next(
        (middle + d for i in range(factor) for d in (i, -i) if math.gcd(middle + d, factor) == 1), 1
    )
