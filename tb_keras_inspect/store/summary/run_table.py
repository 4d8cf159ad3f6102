"""Several runs as a table: sorted, searched, grouped, and printed."""

from __future__ import annotations

import itertools
import math
from typing import Any

from tb_keras_inspect.catalog.health import HEALTH
from tb_keras_inspect.store import export
from tb_keras_inspect.store.errors import listing
from tb_keras_inspect.store.summary import table_text
from tb_keras_inspect.store.summary.run_summary import RunSummary, Setting
from tb_keras_inspect.store.summary.settings import differing

FIELDS = (
    "name",
    "health",
    "loss",
    "learning_rate",
    "samples",
    "last_step",
    "epochs",
    "seconds",
    "updated",
)
_HEALTHS = list(HEALTH)


class RunTable(list[RunSummary]):
    """Runs, one in each row. It is a list: print it, loop over it, or make it a DataFrame.

    A column is one of `columns`: a number of each run such as "loss", a name in its logs such as
    "val_loss", or a hyperparameter or setting in which the runs differ.

    Example:

    ```python
    from tb_keras_inspect import load_runs

    table = load_runs("logs").summary()
    print(table.sorted_by("loss"))
    table.to_pandas()
    ```
    """

    @property
    def differing(self) -> tuple[str, ...]:
        """The hyperparameters and settings in which the runs differ."""
        return differing(self)

    @property
    def logs(self) -> tuple[str, ...]:
        """What Keras logged in any of the runs."""
        return tuple(dict.fromkeys(name for run in self for name in run.logs))

    @property
    def metric(self) -> str | None:
        """The log that a list shows beside the loss: a validation metric if there is one."""
        metrics = [name for name in self.logs if name not in ("loss", "val_loss")]
        validated = [name for name in metrics if name.startswith("val_")]
        return next(iter((*validated, *metrics, *({"val_loss"} & set(self.logs)))), None)

    @property
    def columns(self) -> tuple[str, ...]:
        """What `sorted_by` and `grouped_by` accept."""
        return tuple(dict.fromkeys((*FIELDS, *self.logs, *self.differing)))

    def sorted_by(self, column: str = "health", descending: bool = False) -> RunTable:
        """The runs in the order of a column; what is not finite or not recorded comes last.

        Args:
            column: One of `columns`. "health" puts the worst runs first.
            descending: Whether the largest comes first.

        Raises:
            ValueError: if there is no such column.
        """
        self._check(column)
        values = [
            (_key(run, column), run) for run in sorted(self, key=lambda run: natural(run.name))
        ]
        known = [(key, run) for key, run in values if key is not None]
        known.sort(key=lambda item: item[0], reverse=descending)
        rest = [run for key, run in values if key is None]
        rest.sort(key=lambda run: value_of(run, column) is None)  # NaN before what is not recorded
        return RunTable([run for _, run in known] + rest)

    def matching(self, text: str) -> RunTable:
        """The runs that have each word of `text` in their name, health or settings."""
        words = text.casefold().split()
        return RunTable(run for run in self if all(word in searched(run) for word in words))

    def grouped_by(self, column: str) -> dict[Setting | None, RunTable]:
        """The runs by the value of a column, in the order of the values; None: not recorded.

        Raises:
            ValueError: if there is no such column.
        """
        groups: dict[Setting | None, RunTable] = {}
        for run in self.sorted_by(column):
            groups.setdefault(value_of(run, column), RunTable()).append(run)
        return {
            value: RunTable(run for run in self if run in group) for value, group in groups.items()
        }

    def to_pandas(self) -> Any:
        """A `pandas.DataFrame` with one row per run: all `columns`, and the health in words."""
        pandas = export.optional("pandas")
        columns = [name for name in self.columns if name != "name"]
        rows: list[dict[str, Any]] = [
            {"health_text": run.health_text, **{name: value_of(run, name) for name in columns}}
            for run in self
        ]
        order = ["health", "health_text", *(name for name in columns if name != "health")]
        index = pandas.Index([run.name for run in self], name="run")
        return pandas.DataFrame(rows, index=index, columns=order)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "runs": [run.to_dict() for run in self],
            "differing": list(self.differing),
            "metric": self.metric,
        }

    def __str__(self) -> str:
        return table_text.plain(self, self.metric, self.differing)

    def __repr__(self) -> str:
        return str(self)  # a prompt shows it to be read

    def _repr_html_(self) -> str:
        return table_text.html(self, self.metric, self.differing)

    def _check(self, column: str) -> None:
        if column not in self.columns:
            raise ValueError(f"No column {column!r}. Columns there: {listing(self.columns)}")


def value_of(run: RunSummary, column: str) -> Setting | None:
    """A run's value in a column of a table; None if it has none."""
    if column in FIELDS:
        value: Setting | None = getattr(run, column)
        return value
    return run.logs[column] if column in run.logs else run.configuration.get(column)


def searched(run: RunSummary) -> str:
    """The text that is searched."""
    settings = (f"{name}={value}" for name, value in run.configuration.items())
    return "\n".join((run.name, run.health, run.health_text, *settings)).casefold()


def natural(name: str) -> tuple[Any, ...]:
    """A key that sorts "trial_2" before "trial_10"."""
    parts = itertools.groupby(name, lambda letter: letter.isascii() and letter.isdigit())
    texts = [(is_number, "".join(letters)) for is_number, letters in parts]
    return (*((0, int(t)) if is_number else (1, t.casefold()) for is_number, t in texts), (1, name))


def _key(run: RunSummary, column: str) -> tuple[int, Any] | None:
    """None for what is not finite or not recorded."""
    value = value_of(run, column)
    if column == "health":
        return 0, _HEALTHS.index(str(value))
    if column == "name":
        return 0, natural(run.name)
    if isinstance(value, str):
        return 1, natural(value)
    return None if value is None or not math.isfinite(value) else (0, value)
