"""How figures are printed."""

import os
import statistics

MB = 1 << 20


class Report:
    """Prints one line a figure."""

    def title(self, text: str) -> None:
        """A heading."""
        print(f"\n{text}", flush=True)

    def line(self, what: str, value: float, unit: str = "", bar: float | None = None) -> None:
        """A figure and its bar."""
        verdict = ""
        if bar is not None:
            verdict = f"bar {bar:g} {unit}: {'met' if value <= bar else 'MISSED'}"
        print(f"  {what:60} {value:10.4g} {unit:3} {verdict}".rstrip(), flush=True)

    def seconds(self, what: str, taken: list[float], bar: float | None = None) -> None:
        """The median of several times of seconds; their range beside it."""
        self.line(f"{what} ({_range(taken)})", statistics.median(taken), "s", bar)

    def milliseconds(self, what: str, taken: list[float], bar: float | None = None) -> None:
        """The median of several times, given in seconds; their range beside it."""
        taken = [1000 * value for value in taken]
        self.line(f"{what} ({_range(taken)})", statistics.median(taken), "ms", bar)


def directory_size(path: str) -> int:
    """Bytes of all files below."""
    return sum(
        os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(path) for name in names
    )


def _range(taken: list[float]) -> str:
    return f"{len(taken)}x, {min(taken):.3g} to {max(taken):.3g}"
