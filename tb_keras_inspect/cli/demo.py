"""The command `demo`: its options, its output, and TensorBoard at the end."""

import argparse
import contextlib
import importlib.util
import os
import socket
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from tb_keras_inspect.catalog.extras import how_to_install
from tb_keras_inspect.cli.output import add_json_option, print_error, print_json
from tb_keras_inspect.demos import DATASETS, RUNS

HELP = "Train five models on handwritten digits and show them in TensorBoard"
DEFAULT_LOG_DIR = os.path.join("logs", "demo")
FIRST_PORT = 6006  # TensorBoard's own
PORTS_TRIED = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the demo to `parser`."""
    parser.add_argument(
        "--runs",
        type=_run_names,
        default=RUNS,
        metavar="RUN[,RUN...]",
        help=f"which runs to train, from {', '.join(RUNS)} (default: all)",
    )
    parser.add_argument(
        "--dataset",
        choices=DATASETS,
        default=DATASETS[0],
        help="digits comes with scikit-learn; the others are downloaded (default: %(default)s)",
    )
    parser.add_argument(
        "--logdir",
        default=DEFAULT_LOG_DIR,
        help="where to write the runs; those of an earlier demo are replaced (default: %(default)s)",
    )
    parser.add_argument(
        "--port",
        type=_port,
        help=f"port of TensorBoard (default: the first free one from {FIRST_PORT})",
    )
    parser.add_argument(
        "--no-serve", action="store_true", help="stop after training, without starting TensorBoard"
    )
    add_json_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Trains, prints where to look, and becomes TensorBoard unless told otherwise.

    Returns:
        The exit status, if TensorBoard was not started.
    """
    try:
        port = None if arguments.no_serve else _free_port(arguments.port)
        _check_installed("tensorflow", "sklearn")
        # Programs read standard output; people see the progress all the same.
        with contextlib.redirect_stdout(sys.stderr if arguments.json else sys.stdout):
            _train(arguments)
    except (OSError, ImportError) as error:
        print_error("demo", error, arguments.json)
        return 1
    if arguments.json:
        print_json(_result(arguments.logdir, arguments.runs, port))
    else:
        print(_closing_lines(arguments.logdir, len(arguments.runs), port), flush=True)
    if port is not None:
        _become_tensorboard(arguments.logdir, port)
    return 0


def _train(arguments: argparse.Namespace) -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    print("Loading Keras ...", flush=True)
    with _silent_stderr():
        from tb_keras_inspect.demos import runner
    runner.train_all(arguments.runs, arguments.dataset, arguments.logdir)


@contextlib.contextmanager
def _silent_stderr() -> Iterator[None]:
    """Hides four lines of TensorFlow that no option turns off. Exceptions still come through."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nothing:
            os.dup2(nothing.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _result(log_dir: str, runs: Sequence[str], port: int | None) -> dict[str, Any]:
    return {"logdir": os.path.abspath(log_dir), "runs": list(runs), "url": _url(port)}


def _url(port: int | None) -> str | None:
    return None if port is None else f"http://localhost:{port}/#keras_inspect"


def _closing_lines(log_dir: str, runs: int, port: int | None) -> str:
    noun = "1 run" if runs == 1 else f"{runs} runs"
    look = (
        f"Open:     {_url(port)}"
        if port is not None
        else f"Open:     tensorboard --logdir {log_dir}, then the Keras Inspect tab"
    )
    return "\n".join(
        (
            f"\nRecorded: {noun} in {os.path.abspath(log_dir)}",
            look,
            "Then:     select a run and a layer, and move the scrubber along the loss",
        )
    )


def _become_tensorboard(log_dir: str, port: int) -> None:
    # Replaces this process, so Ctrl-C and `kill` reach TensorBoard and no process is left behind.
    program = [sys.executable, "-m", "tensorboard.main", "--logdir", log_dir, "--port", str(port)]
    os.execv(sys.executable, program)


def _check_installed(*modules: str) -> None:
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing:
        raise ImportError(f"not installed: {', '.join(missing)}: {how_to_install('demo')}")


def _free_port(wanted: int | None) -> int:
    candidates = [wanted] if wanted else range(FIRST_PORT, FIRST_PORT + PORTS_TRIED)
    for port in candidates:
        if _is_free(port):
            return port
    if wanted:
        raise OSError(f"port {wanted} is in use; choose another one with --port")
    raise OSError(
        f"ports {FIRST_PORT} to {FIRST_PORT + PORTS_TRIED - 1} are in use; choose one with --port"
    )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("localhost", port))
        except OSError:
            return False
    return True


def _run_names(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    unknown = [name for name in names if name not in RUNS]
    if unknown:
        raise argparse.ArgumentTypeError(
            f"unknown run {unknown[0]!r}; accepted are {', '.join(RUNS)}, separated by commas"
        )
    return names


def _port(text: str) -> int:
    try:
        port = int(text)
    except ValueError:
        port = 0
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; accepted are 1 to 65535")
    return port
