"""Prints figures."""

import os
import statistics

MB = 1 << 20


class Report:
    """Prints one line per figure."""

    def title(self, text: str) -> None:
        """Prints a heading."""
        print(f"\n{text}", flush=True)

    def line(self, what: str, value: float, unit: str = "", target: float | None = None) -> None:
        """Prints a figure and its target."""
        verdict = ""
        if target is not None:
            verdict = f"target {target:g} {unit}: {'met' if value <= target else 'MISSED'}"
        print(f"  {what:60} {value:10.4g} {unit:3} {verdict}".rstrip(), flush=True)

    def seconds(self, what: str, taken: list[float], target: float | None = None) -> None:
        """Prints the median of several times in seconds, with their range."""
        self.line(f"{what} ({_range(taken)})", statistics.median(taken), "s", target)

    def milliseconds(self, what: str, taken: list[float], target: float | None = None) -> None:
        """Prints the median of several times in milliseconds, given in seconds, with their range."""
        taken = [1000 * value for value in taken]
        self.line(f"{what} ({_range(taken)})", statistics.median(taken), "ms", target)


def directory_size(path: str) -> int:
    """Size of all files below a directory, in bytes."""
    return sum(
        os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(path) for name in names
    )


def _range(taken: list[float]) -> str:
    return f"{len(taken)}x, {min(taken):.3g} to {max(taken):.3g}"
