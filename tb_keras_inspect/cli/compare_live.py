"""`tb-keras-inspect compare-live`: trains twice, and prints where the two part."""

import argparse
import json
from typing import Any

from tb_keras_inspect.cli import diff
from tb_keras_inspect.cli.output import BAD_INPUT, print_error
from tb_keras_inspect.lockstep import SideError, compare_live
from tb_keras_inspect.store import StoreError

HELP = (
    "Train the same model twice, on two backends or in two environments, and print where they part"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument(
        "make_model",
        metavar="MODEL",
        help="a function that returns a compiled model, such as train.py:make_model",
    )
    parser.add_argument(
        "data",
        metavar="DATA",
        help="a function that returns (x, y) or (x, y, sample_weight), such as train.py:data",
    )
    for name in ("a", "b"):
        parser.add_argument(
            f"--{name}",
            action="append",
            default=[],
            metavar="OPTION=VALUE",
            help=f"what is special about side {name}: backend=jax, python=/path/to/python, "
            "jit_compile=true, run_eagerly=true, dtype_policy=mixed_float16, arguments.NAME=VALUE "
            "of the function, environment.NAME=VALUE; may be given several times",
        )
    parser.add_argument("--batch-size", type=int, default=32, metavar="N")
    parser.add_argument("--epochs", type=int, default=1, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    parser.add_argument(
        "--log-dir", metavar="DIR", help="keep both runs, in its folders a and b (default: do not)"
    )
    parser.add_argument(
        "--timeout", type=float, default=600.0, metavar="SECONDS", help="for each side"
    )
    diff.add_report_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Trains both and prints the result.

    Returns:
        As `tb-keras-inspect diff`; 2 also where a side could not be trained.
    """
    try:
        found = compare_live(
            arguments.make_model,
            arguments.data,
            _options("a", arguments.a),
            _options("b", arguments.b),
            batch_size=arguments.batch_size,
            epochs=arguments.epochs,
            seed=arguments.seed,
            log_dir=arguments.log_dir,
            timeout=arguments.timeout,
        )
        return diff.report(found, arguments)
    except (SideError, StoreError, ValueError, OSError) as error:
        print_error("compare-live", error, arguments.json)
        return BAD_INPUT


def _options(side: str, given: list[str]) -> dict[str, Any]:
    """`backend=jax` and `arguments.units=3` as the dict that `compare_live` takes."""
    found: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        group, dot, key = name.partition(".")
        if not equals or not name:
            raise ValueError(f"--{side} must be OPTION=VALUE. Received: {text!r}")
        if dot:
            found.setdefault(group, {})[key] = _value(value) if group == "arguments" else value
        else:
            found[name] = value if name in ("backend", "python", "dtype_policy") else _value(value)
    return found


def _value(text: str) -> Any:
    """A value as JSON, or as text where it is none."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
