"""A pytest plugin: selects the tests that train, and puts `InspectCallback` into every fit of them.

`python -m scripts.keras_suite` loads it into the processes that run Keras's tests. What it finds out it
appends to a file at once, because a process may crash; tests that are in that file do not run again.
"""

import functools
import inspect
import json
import pathlib
import re
import sys
import tempfile
import time
import types
import warnings
from typing import Any

import keras
import pytest

from tb_keras_inspect import InspectCallback, load_run
from tb_keras_inspect.callback import InspectWarning

# How tests train. Keras's `run_layer_test` fits a model of one layer.
TRAINING_CALLS = ("fit", "run_layer_test")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The plugin's options."""
    parser.addoption(
        "--outcomes", type=pathlib.Path, help="file that gets the outcome of each test"
    )
    parser.addoption("--budget", type=float, help="begin no test after so many seconds")
    parser.addoption("--plain", action="store_true", help="inject nothing")


def pytest_configure(config: pytest.Config) -> None:
    """Starts the plugin, and has what Keras's own configuration has, which is not in the wheel."""
    sys.modules["conftest"] = types.ModuleType("conftest")
    sys.modules["conftest"].skip_if_backend = skip_if_backend
    for mark in ("requires_trainable_backend", "multi_device"):
        config.addinivalue_line("markers", mark)
    options = (config.getoption(name) for name in ("outcomes", "budget", "plain"))
    config.pluginmanager.register(Suite(*options))


def skip_if_backend(backend: str, reason: str) -> pytest.MarkDecorator:
    """A mark for tests that a backend cannot run."""
    return pytest.mark.skipif(keras.backend.backend() == backend, reason=reason)


class Suite:
    """One process.

    Args:
        outcomes: The file of outcomes, one line of JSON for the start and one for the end of each test.
        budget: After so many seconds no test begins, and pytest's status is that of an interruption.
        is_plain: Whether nothing is injected.
    """

    def __init__(self, outcomes: pathlib.Path, budget: float, is_plain: bool):
        self._outcomes, self._end = outcomes, time.monotonic() + budget
        lines = outcomes.read_text().splitlines() if outcomes.exists() else []
        self._begun = {json.loads(line)["test"] for line in lines}
        self._logs = tempfile.TemporaryDirectory(prefix="keras_suite_", ignore_cleanup_errors=True)
        self._current: dict[str, Any] = {}
        self._log_dirs: list[str] = []
        if not is_plain:
            self._inject()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leaves the tests that train and have not begun in an earlier process."""
        items[:] = [i for i in items if trains(i) and i.nodeid not in self._begun]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file was imported."""
        if report.failed and report.nodeid not in self._begun:
            failed = {"outcome": "failed", "why": _reason(report), "warnings": [], "samples": []}
            self._write({"test": report.nodeid} | failed | {"seconds": 0})

    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """The next test is about to begin."""
        if time.monotonic() > self._end:
            item.session.shouldstop = "the time of this process is over"

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test begins."""
        self._current = {
            "test": nodeid,
            "outcome": "passed",
            "why": "",
            "warnings": [],
            "start": time.time(),
        }
        self._log_dirs = []
        self._write({"test": nodeid})

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A part of a test has ended."""
        if report.outcome != "passed" and self._current["outcome"] == "passed":
            self._current |= {"outcome": report.outcome, "why": _reason(report)}

    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage) -> None:
        """A test warned."""
        if self._current and issubclass(warning_message.category, InspectWarning):
            self._current["warnings"].append(str(warning_message.message))

    def pytest_runtest_logfinish(self) -> None:
        """A test has ended."""
        samples = [samples_in(log_dir) for log_dir in self._log_dirs]
        seconds = round(time.time() - self._current.pop("start"), 2)
        self._write(self._current | {"seconds": seconds, "samples": samples})
        self._current = {}

    def _write(self, line: dict[str, Any]) -> None:
        with self._outcomes.open("a") as file:
            file.write(json.dumps(line) + "\n")

    def _inject(self) -> None:
        trainer = next(cls for cls in keras.Model.__mro__ if "fit" in vars(cls))
        original = trainer.fit
        signature = inspect.signature(original)

        @functools.wraps(original)
        def fit(model: Any, *args: Any, **kwargs: Any) -> Any:
            bound = signature.bind(model, *args, **kwargs)
            self._add_to(model, bound.arguments)
            return original(*bound.args, **bound.kwargs)

        trainer.fit = fit

    def _add_to(self, model: Any, arguments: dict[str, Any]) -> None:
        log_dir = tempfile.mkdtemp(dir=self._logs.name)
        self._log_dirs.append(log_dir)
        ours = InspectCallback(log_dir, every=1)
        given = arguments.get("callbacks")
        if isinstance(given, keras.callbacks.CallbackList):
            ours.set_params(given.params)
            ours.set_model(model)
            given.callbacks.append(ours)
        else:
            arguments["callbacks"] = [*([] if given is None else keras.tree.flatten(given)), ours]


def samples_in(log_dir: str) -> int:
    """How many sampled steps a log has."""
    try:
        return load_run(log_dir).extent()[0]
    except Exception:
        return 0  # of a fit that ended before its first step


def trains(item: pytest.Item) -> bool:
    """Whether the source of a test, or of a helper beside it that it calls, trains a model."""
    names = training_names(item.cls, item.module)
    return bool(_calls(names).search(inspect.getsource(item.function)))


@functools.cache
def training_names(cls: type | None, module: Any) -> tuple[str, ...]:
    """The names of all functions of a test module, or of a class in it, that train, and of `fit`."""
    functions = [*vars(module).items(), *(vars(cls).items() if cls else ())]
    sources = {name: inspect.getsource(f) for name, f in functions if inspect.isfunction(f)}
    found, before = set(TRAINING_CALLS), set()
    while found != before:
        before = set(found)
        found |= {name for name, source in sources.items() if _calls(tuple(before)).search(source)}
    return tuple(sorted(found))


def _calls(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b({'|'.join(names)})\(")


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
    lines = [line for line in text.splitlines() if line.startswith("E  ")] or text.splitlines()
    return lines[0].removeprefix("E").strip() if lines else ""
