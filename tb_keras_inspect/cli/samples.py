"""`tb-keras-inspect samples`: which examples have the largest losses."""

import argparse
from typing import Any

import numpy as np

from tb_keras_inspect.cli.output import (
    BAD_INPUT,
    add_json_option,
    add_logdir,
    print_error,
    print_json,
)
from tb_keras_inspect.diagnosis.signals.heavy_examples import HeavyExamples, heaviest
from tb_keras_inspect.diagnosis.wording import json_number
from tb_keras_inspect.store import RunData, StoreError
from tb_keras_inspect.store.loading import runs_at
from tb_keras_inspect.store.tables.sample_losses import Samples

HELP = "List the examples with the largest losses: of one step, or over all sampled steps"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options."""
    add_logdir(parser)
    add_json_option(parser)
    parser.add_argument("--step", type=int, help="one sampled step (default: all of them)")
    parser.add_argument(
        "--top", type=int, default=20, metavar="N", help="how many examples to list (default: 20)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Prints the examples.

    Returns:
        0, or 2 for invalid input.
    """
    try:
        if arguments.top < 1:
            raise ValueError(f"`--top` must be a whole number from 1. Received: {arguments.top}")
        found = [
            _answer(name, run, arguments.step, arguments.top)
            for name, run in runs_at(*arguments.logdir).items()
        ]
    except (StoreError, ValueError, OSError) as error:
        print_error("samples", error, arguments.json)
        return BAD_INPUT
    if arguments.json:
        print_json({"runs": found})
    else:
        print("\n\n".join(_text(item) for item in found))
    return 0


def _answer(name: str, run: RunData, step: int | None, top: int) -> dict[str, Any]:
    samples = run.samples()
    rows = _of_run(samples, top) if step is None else _of_step(run.samples(step), top)
    heavy: HeavyExamples | None = None
    if step is not None:
        heavy = heaviest(samples, step)
    return {
        "run": name,
        "step": step,
        "salted": samples.salted,
        "summary": "" if heavy is None else heavy.text,
        "examples": rows,
    }


def _of_step(samples: Samples, top: int) -> list[dict[str, Any]]:
    chosen = samples.where(np.argsort(-samples.loss, kind="stable")[:top])
    return [
        {
            "fingerprint": _hex(chosen.fingerprints[row]),
            "loss": json_number(chosen.loss[row]),
            "share": json_number(chosen.share[row]),
            **_others(chosen, row),
        }
        for row in range(len(chosen))
    ]


def _of_run(samples: Samples, top: int) -> list[dict[str, Any]]:
    ranking = samples.ranking()
    newest = {mark: row for row, mark in enumerate(samples.fingerprints.tolist())}
    return [
        {
            "fingerprint": _hex(mark),
            "score": json_number(ranking.score[row]),
            "seen": int(ranking.seen[row]),
            "epochs": int(ranking.epochs[row]),
            "last_step": int(ranking.last_step[row]),
            "last_loss": json_number(ranking.last_loss[row]),
            **_others(samples, newest[mark]),
        }
        for row, mark in enumerate(ranking.fingerprints[:top].tolist())
    ]


def _others(samples: Samples, row: int) -> dict[str, Any]:
    return {name: json_number(values[row]) for name, values in samples.columns.items()}


def _text(answer: dict[str, Any]) -> str:
    rows = [
        {name: "NaN" if cell is None else cell for name, cell in row.items()}
        for row in answer["examples"]
    ]
    lines = [f"{answer['run']}: {answer['summary'] or 'examples by their loss beside others'}"]
    if not rows:
        return f"{lines[0]}\nNo example has a fingerprint."
    table = [list(rows[0]), *([_shown(cell) for cell in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines += [
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        for line in table
    ]
    return "\n".join(lines)


def _shown(cell: Any) -> str:
    return f"{cell:.4g}" if isinstance(cell, float) else str(cell)


def _hex(mark: Any) -> str:
    return f"{int(mark):016x}"
