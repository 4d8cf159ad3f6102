"""A run on one screen: the verdict, and the numbers that one looks at first."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from tb_keras_inspect.diagnosis.advice import optimizer_line
from tb_keras_inspect.diagnosis.engine import diagnose, thresholds_of
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.thresholds import Thresholds
from tb_keras_inspect.diagnosis.wording import number_text, printable, wrapped
from tb_keras_inspect.store.run import RunData

MOST_LOGS = 8  # of Keras's epoch logs
MOST_ROWS = 4  # of inputs and of targets
NAME_WIDTH = 16


def overview(run: RunData) -> dict[str, Any]:
    """What a run is and how it went, for JSON and for `overview_text`.

    Returns:
        `run`, `verdict` (as in `Verdict.to_dict`), and `rows`: pairs of a name and one line of text.
    """
    facts = Facts(run, Thresholds(thresholds_of(run)))
    found = diagnose(run)
    return {
        "run": run.name,
        "verdict": found.verdict.to_dict() if found.verdict else None,
        "rows": [[name, text] for name, text in _rows(run, facts)],
    }


def overview_text(content: dict[str, Any]) -> str:
    """The same as lines of at most 80 columns."""
    verdict = content["verdict"]
    lines = [printable(content["run"]), *wrapped(printable(verdict["text"] if verdict else ""), "")]
    for name, text in content["rows"]:
        head = f"  {printable(name)[:NAME_WIDTH]:{NAME_WIDTH}} "
        lines += wrapped(printable(text), head, " " * len(head))
    return "\n".join(lines)


def _rows(run: RunData, facts: Facts) -> Iterator[tuple[str, str]]:
    summary = run.summary()
    samples, first, last = run.extent()
    sampled = f"{samples} (steps {first} to {last})" if samples else "none"
    yield "sampled steps", sampled
    took = _duration(summary.seconds) if summary.seconds else "not known"
    yield "training time", f"{took}, {summary.epochs} epochs"
    model = facts.structure.model
    if model is not None:
        total = sum(layer.parameters for layer in model.layers if layer.parent == -1)
        yield "model", f"{model.name}: {len(model.layers)} layers, {total:,} parameters"
        if facts.structure.compiled.get("optimizer"):
            yield "optimizer", optimizer_line(facts).removeprefix("keras.optimizers.")
    yield from _course(facts)
    for kind in ("input", "target"):
        yield from _ranges(facts, kind)
    yield "recorded", ", ".join(sorted(run.kinds))


def _course(facts: Facts) -> Iterator[tuple[str, str]]:
    """How the loss, the learning rate and Keras's logs went."""
    step, progress = facts.track("step"), facts.progress
    if step is not None:
        rates = step.column("learning_rate")
        rates = rates[np.isfinite(rates)]
        if len(rates):
            yield "learning rate", _from_to(rates)
    loss = progress.loss[np.isfinite(progress.loss)]
    if len(loss):
        name = facts.structure.compiled.get("loss", "")
        constant = ""
        if np.isfinite(progress.baseline):
            constant = f"; a constant prediction has {number_text(progress.baseline)}"
        yield "batch loss", f"{name + ': ' if name else ''}{_from_to(loss)}{constant}"
    table = facts.table("epoch")
    for name in (table.statistics if table is not None else ())[:MOST_LOGS]:
        values = facts.epochs(name)[1]
        values = values[np.isfinite(values)]
        if name != "epoch" and len(values):
            ends = f"lowest {number_text(values.min())}, highest {number_text(values.max())}"
            yield name, f"{_from_to(values)}; {ends}"


def _ranges(facts: Facts, kind: str) -> Iterator[tuple[str, str]]:
    track = facts.track(kind)
    for row, name in enumerate(track.names[:MOST_ROWS] if track is not None else ()):
        assert track is not None
        low, high = np.nanmin(track.thin("min")[:, row]), np.nanmax(track.thin("max")[:, row])
        mean, std = (number_text(track.typical(s)[row]) for s in ("mean", "std"))
        ends = f"{number_text(low)} to {number_text(high)}"
        yield f"{kind} {name}", f"{ends}, mean {mean}, standard deviation {std}"


def _from_to(values: np.ndarray) -> str:
    first, last = number_text(values[0]), number_text(values[-1])
    return first if first == last else f"{first} to {last}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
