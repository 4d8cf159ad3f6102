"""The tools that read. What each does is in its docstring, which assistants read too."""

import fnmatch
from typing import Annotated, Any

from mcp.server.mcpserver import Image
from pydantic import Field

from tb_keras_inspect.catalog.kinds import TABLE_KINDS
from tb_keras_inspect.diagnosis import diagnose
from tb_keras_inspect.diagnosis.report import run_report
from tb_keras_inspect.mcp_server import answers
from tb_keras_inspect.mcp_server.answers import MOST_POINTS
from tb_keras_inspect.store import RunData
from tb_keras_inspect.store.logdir import Logdir

MOST_RUNS = 100

Run = Annotated[str, Field(description="Name of a run, as list_runs has it.")]
Kind = Annotated[str, Field(description=f"One of {', '.join(kind.value for kind in TABLE_KINDS)}.")]
Step = Annotated[
    int | None,
    Field(description="The newest sample at or before this step; the newest of all by default."),
]


class ReadingTools:
    """Answers about the runs of one directory.

    Args:
        logdir: The runs.
    """

    def __init__(self, logdir: Logdir):
        self._logdir = logdir

    def list_runs(
        self,
        pattern: Annotated[
            str, Field(description="Only names that match, such as 'trial_*'.")
        ] = "*",
        first: Annotated[int, Field(ge=0, description="How many matching runs to skip.")] = 0,
    ) -> dict[str, Any]:
        """List the training runs: health, worst problem, last numbers, hyperparameters. Start here.

        `health` is what was reported while the run trained; diagnose examines all records again.
        """
        runs = [
            run for name, run in self._logdir.runs().items() if fnmatch.fnmatchcase(name, pattern)
        ]
        shown = runs[first : first + MOST_RUNS]
        return {
            "logdir": self._logdir.location(),
            "runs": [run.summary().to_dict() for run in shown],
            "more_runs": max(len(runs) - first - len(shown), 0),
        }

    def diagnose(
        self,
        run: Run,
        since: Annotated[
            int | None, Field(description="Leave out what was over before this step.")
        ] = None,
        against: Annotated[
            list[str] | None,
            Field(
                description="Names of good runs of the same script, at least three, better five: also "
                "say where this run leaves their range."
            ),
        ] = None,
    ) -> dict[str, Any]:
        """Say what is wrong with a run, where, since which step, on which evidence, and what to try.

        The worst finding is first; those that follow from another one are in its `related`. Each
        evidence names the kind, statistic and row to ask read_series for. No findings means that no
        rule found enough evidence, not that all is well.
        """
        data = self._run(run)
        good = None if against is None else [self._run(name) for name in against]
        return run_report(data, diagnose(data, against=good), since)

    def describe_model(self, run: Run) -> dict[str, Any]:
        """Describe a run's model: layers, optimizer, hyperparameters, and what was recorded of it."""
        return answers.model_answer(self._run(run))

    def read_table(
        self,
        run: Run,
        kind: Kind,
        step: Step = None,
        rows: Annotated[
            str, Field(description="Only rows whose names match, such as 'hidden_*'.")
        ] = "*",
        statistics: Annotated[
            list[str] | None, Field(description="Such as l2, mean, max_abs; all by default.")
        ] = None,
    ) -> dict[str, Any]:
        """Read the statistics of all layers or variables at one step.

        Rows of gradient, weight and update are variables, those of activation are layers. A number
        that is not finite is "NaN", "Infinity" or "-Infinity".
        """
        return answers.table_answer(self._run(run), kind, step, rows, statistics)

    def read_series(
        self,
        run: Run,
        kind: Kind,
        statistic: Annotated[str, Field(description="Such as l2, loss, dead_fraction.")],
        name: Annotated[
            str, Field(description="The row: a variable or layer; empty for step and epoch.")
        ] = "",
        first_step: int | None = None,
        last_step: int | None = None,
        points: Annotated[int, Field(ge=1, le=MOST_POINTS)] = 50,
    ) -> dict[str, Any]:
        """Read one number over the steps of a run.

        The batch loss is kind "step", statistic "loss"; what Keras logged, such as val_loss, is kind
        "epoch". Many samples are pooled: `values` has the last one of each stretch, `min` and `max`
        its extremes; a NaN in a stretch makes them NaN.
        """
        data = self._run(run)
        return answers.series_answer(data, kind, statistic, name, first_step, last_step, points)

    def draw(
        self,
        run: Run,
        picture: Annotated[
            str,
            Field(
                description="One of overview, loss, gradient_flow, gradients_over_time, dead_units, "
                "unit_activity, histograms, activation_maps, attention, kernels, activation_function, "
                "model_graph."
            ),
        ] = "overview",
        name: Annotated[
            str, Field(description="The layer or variable, for pictures of a single one.")
        ] = "",
        step: Step = None,
        sample: Annotated[int, Field(ge=0, description="Number of the probe sample.")] = 0,
    ) -> Image:
        """Draw a picture of a run; overview shows loss, gradients and dead units on one page."""
        from tb_keras_inspect.mcp_server.pictures import draw  # matplotlib takes a second

        return Image(data=draw(self._run(run), picture, name, step, sample), format="png")

    def _run(self, name: str) -> RunData:
        return self._logdir.run(name)
