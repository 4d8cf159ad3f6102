"""The HTTP routes of the plugin: names, parameters, and how long an answer holds."""

import dataclasses
from collections.abc import Iterable

from tb_keras_inspect.catalog.kinds import (
    INDEXED_KINDS,
    LAYER_KINDS,
    PICTURE_KINDS,
    TABLE_KINDS,
    Kind,
)
from tb_keras_inspect.catalog.precisions import PRECISIONS
from tb_keras_inspect.catalog.statistics import POOLS


@dataclasses.dataclass(frozen=True)
class Parameter:
    """A query parameter.

    Attributes:
        name: As in the query.
        meaning: What it selects.
        default: What holds without it, for the docs.
        accepted: Range of values, for the docs.
    """

    name: str
    meaning: str
    default: str = "required"
    accepted: str = ""


@dataclasses.dataclass(frozen=True)
class Route:
    """A route about one run.

    Attributes:
        name: The last part of its path.
        parameters: What it accepts besides `run`.
        live: Whether its answer also depends on other plugins' data, which the run's entity tag does
            not cover.
    """

    name: str
    parameters: tuple[Parameter, ...] = ()
    live: bool = False


@dataclasses.dataclass(frozen=True)
class SteeringRoute:
    """A route to a training run that accepts commands.

    Attributes:
        path: Below the plugin's.
        method: "GET" or "POST".
        meaning: What it does.
        parameters: Names of those it requires besides `run`.
    """

    path: str
    method: str
    meaning: str
    parameters: tuple[str, ...] = ()


def _one_of(kinds: Iterable[Kind]) -> str:
    *others, last = (f"`{kind.value}`" for kind in kinds)
    return f"{', '.join(others)} or {last}"


RUN = Parameter("run", "name of a run, as in `runs`")
FIRST_STEP = Parameter(
    "first_step",
    "only samples in this range, both ends included",
    "all",
    "integers of int64; first <= last",
)
LAST_STEP = dataclasses.replace(FIRST_STEP, name="last_step")
WIDTH = Parameter(
    "width", "maximum number of columns; more samples are pooled", "no pooling", "1 to 10000"
)
POOL = Parameter(
    "pool",
    f"how to pool: comma-separated list of {', '.join(f'`{pool}`' for pool in POOLS)}",
    "`last`",
)
STEP = Parameter(
    "step",
    "selects the newest sample at or before it, otherwise the first one",
    "the newest",
    "an integer of int64",
)
COMMON = (RUN, FIRST_STEP, LAST_STEP, WIDTH, POOL, STEP)
RANGE = (FIRST_STEP, LAST_STEP, WIDTH)

# Those that are not about one run.
RUNS, SUMMARIES, DIFFERENCE, BATCH = "runs", "summaries", "difference", "batch"
_ALL = (
    Route("model"),
    Route(
        "table",
        (
            Parameter("kind", _one_of(TABLE_KINDS)),
            Parameter("statistic", "comma-separated list", "all that were recorded"),
            Parameter("rows", "`first:end`; either may be omitted", "all"),
            *RANGE,
            POOL,
        ),
    ),
    Route("snapshot", (STEP,)),
    Route(
        "series",
        (
            Parameter("layer", "path of a layer"),
            Parameter("kind", f"comma-separated list of {_one_of(LAYER_KINDS)}", "all"),
            *RANGE,
            POOL,
        ),
    ),
    Route("units", (Parameter("layer", "name of a site"), *RANGE)),
    Route(
        "histogram",
        (
            Parameter("kind", _one_of(LAYER_KINDS)),
            Parameter("name", "path of a variable, or name of a site"),
            *RANGE,
        ),
    ),
    Route(
        "precision",
        (
            Parameter("precision", ", ".join(f"`{name}`" for name in PRECISIONS)),
            Parameter("loss_scaling", "whether gradients are scaled: 1, or 0", "0"),
        ),
    ),
    Route("maps_index", (Parameter("kind", _one_of(INDEXED_KINDS), "`maps`"),)),
    Route(
        "maps",
        (
            Parameter("layer", "a name as in `maps_index`"),
            Parameter("kind", _one_of(PICTURE_KINDS), "`maps`"),
            STEP,
        ),
    ),
    Route("probe"),
    Route("predictions"),
    Route(
        "activation_functions",
        (Parameter("layer", "comma-separated list of names as in `maps_index`", "all"), STEP),
    ),
    Route("loss", RANGE),
    Route("samples", (STEP, *RANGE)),
    Route("scalars", live=True),
    Route("controls"),
    Route("findings"),  # and every threshold of the diagnosis
)
RUN_ROUTES: dict[str, Route] = {route.name: route for route in _ALL}

STEERING_ROUTES = (
    SteeringRoute(
        "control",
        "GET",
        "the state of the training run: `enabled`, `alive` (null: not known yet, ask again), `why` "
        "it accepts no commands, `state`",
    ),
    SteeringRoute(
        "control/command",
        "POST",
        'sends `{"id", "command", "arguments"}` and waits up to 2 s for the answer',
    ),
    SteeringRoute("control/answer", "GET", "the answer to a command", ("id",)),
    SteeringRoute(
        "control/look",
        "GET",
        "the result of an inspection: the container of `probe` or of `maps`, as the answer's "
        "`detail.form` says",
        ("id",),
    ),
    SteeringRoute(
        "control/withdraw",
        "POST",
        'withdraws a waiting command: `{"id", "withdrawn"}`; the body is `{}`',
        ("id",),
    ),
)
