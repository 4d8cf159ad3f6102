"""The loss hardly falls, and the numbers show why: small updates, too much dropout, equal units.

A flat loss alone is no fault: the data may hold nothing to learn. So each reason is looked for where
it shows: in how far all updates together can have moved the weights, in the dropout rate, in units
that have had the same output since they were created. A warm-up, a run that had learned before its
learning rate went down, and one that started at its final loss are not reported.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.advice import find_rate, layer_line, raise_rate
from tb_keras_inspect.diagnosis.evidence import loss_fraction
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.rules.learning import decayed_rate
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import median
from tb_keras_inspect.diagnosis.signals.rate import warms_up
from tb_keras_inspect.diagnosis.signals.structure import Structure, Weighted
from tb_keras_inspect.diagnosis.signals.track import Track
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.diagnosis.wording import listed
from tb_keras_inspect.store.errors import NotRecordedError

PROBLEM = "slow_convergence"
NEEDS = ("update",)
THRESHOLDS = (
    Threshold(
        "slow_path",
        0.15,
        1e-6,
        10.0,
        "how far all updates together can have moved the weights, relative to their size, below "
        "which updates are too small",
        "healthy runs measured here reach 0.3 within 300 steps",
    ),
    Threshold(
        "slow_update_ratio",
        2e-4,
        1e-9,
        0.1,
        "l2 of the update divided by l2 of the weights, for the kernel that moves most, below which "
        "updates are small",
        "about 1e-3 is usual (Karpathy, cs231n); SageMaker Debugger's 1e-8 finds nothing",
    ),
    Threshold(
        "slow_share",
        0.7,
        0.05,
        1.0,
        "loss as a fraction of the baseline loss, above which almost nothing was learned",
        "healthy runs measured here end below 0.5, or have ordinary updates",
    ),
    Threshold(
        "dropout_rate",
        0.75,
        0.1,
        1.0,
        "dropout rate that is too high if the loss does not fall",
        "rates of 0.2 to 0.5 are usual (Srivastava et al., 2014)",
    ),
)
LEAST_STEPS = 100
LEAST_SAMPLES = 8
USUAL_RATIO, LARGEST_RATIO = 1e-3, 5e-3  # of update to weight, in runs that learn
WHOLE_PATH = 1.0  # how far all updates together should move the weights, relative to their size
LEAST_ZERO = 5  # samples
FIRST = 3  # samples that show the updates which learning rate and initial weights make
SAME = 1e-4  # relative difference of units that were created equal


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding for each reason."""
    yield from _symmetric(facts)
    if facts.steps_done < LEAST_STEPS or len(facts.progress.steps) < LEAST_SAMPLES:
        return
    dropout = list(_dropout(facts))
    yield from dropout
    if not dropout and not any(decayed_rate.find(facts)):
        yield from _small_updates(facts)


def _small_updates(facts: Facts) -> Iterator[Finding]:
    updates, step = facts.track("update"), facts.track("step")
    kernels = facts.kernels(updates)
    if updates is None or step is None or not kernels or not _is_slow(facts) or warms_up(facts):
        return
    ratios = updates.thin("ratio")[:, updates.rows(kernels)]
    if np.isnan(ratios).all():
        return
    moving = np.any(ratios > 0, axis=1)  # gradients may be accumulated over several steps
    ratios = ratios[moving] if moving.any() else ratios
    limits = facts.thresholds
    if np.nanmax(ratios[:FIRST]) >= limits["slow_update_ratio"]:
        return  # updates began as they should: something has taken the gradient away
    # The kernel that moves most: if only some stand still, the gradient does not reach them.
    typical = float(np.nanmax(median(ratios, axis=0)))
    path = typical * facts.steps_done
    far_too_small = typical < limits["slow_update_ratio"] / 20
    too_short = path < limits["slow_path"] or far_too_small
    if not (typical < limits["slow_update_ratio"] and too_short):
        return
    yield Finding(
        problem=PROBLEM,
        variant="small_updates",
        severity="warning",
        confidence=0.9 if far_too_small or path < limits["slow_path"] / 2 else 0.7,
        title=f"Updates are too small: {facts.steps_done} steps can have changed the weights by at "
        f"most {100 * min(path, 9.99):.2g} %",
        first_step=facts.first_step,
        last_step=facts.last_step,
        ongoing=True,
        cause="Each update is a tiny fraction of the weights: even if all of them went in the same "
        "direction, the network would still be close to where it began. The learning rate, or a "
        "factor on the loss, is too small for this optimizer.",
        where=Where(layers=[item.layer.path for item in facts.structure.weighted]),
        evidence=[
            Evidence(
                "update / weight, for the kernel that moves most",
                typical,
                "",
                limits["slow_update_ratio"],
                "update",
                "ratio",
                kernels[0],
            ),
            Evidence("largest possible change of the weights", path, "%", limits["slow_path"]),
            Evidence(
                "learning rate",
                float(median(step.column("learning_rate"))),
                "",
                None,
                "step",
                "learning_rate",
            ),
            *loss_fraction(facts, limits["slow_share"]),
        ],
        advice=[
            *(
                decayed_rate.keep_rate(facts)
                or [raise_rate(facts, _missing_factor(facts, typical))]
            ),
            Advice(
                "Use an optimizer that adapts its updates to the gradient.",
                'model.compile(optimizer="adam", ...)',
            ),
            find_rate(),
        ],
    )


def _missing_factor(facts: Facts, typical: float) -> float:
    """By how much the updates would have to grow to reach a usual ratio: a power of 10.

    A run of few steps needs larger ones; those of Adagrad shrink with the root of their number.
    """
    if not typical > 0:
        return 10.0
    usual = np.clip(WHOLE_PATH / max(facts.steps_done, 1), USUAL_RATIO, LARGEST_RATIO)
    if facts.structure.compiled.get("optimizer") == "Adagrad":
        usual = LARGEST_RATIO
    return float(10 ** np.clip(np.round(np.log10(usual / typical)), 1, 6))


def _is_slow(facts: Facts) -> bool:
    progress = facts.progress
    if not progress.known:
        return False
    has_fallen = progress.end < 0.7 * progress.start
    return progress.fraction > facts.thresholds["slow_share"] and not has_fallen


def _dropout(facts: Facts) -> Iterator[Finding]:
    limit = facts.thresholds["dropout_rate"]
    rates = {}
    for layer in facts.structure.layers:
        rate = _number(getattr(layer, "settings", {}).get("rate"))
        if "Dropout" in layer.class_name and rate >= limit:
            rates[layer.path] = rate
    if not rates or not _dropout_hurts(facts):
        return
    path, rate = max(rates.items(), key=lambda item: item[1])
    yield Finding(
        problem=PROBLEM,
        variant="dropout",
        severity="warning",
        confidence=0.8,
        title=f"Dropout of {100 * rate:.0f} % in {listed(rates)} leaves too little to learn from",
        first_step=facts.first_step,
        last_step=facts.last_step,
        ongoing=True,
        cause="Almost all units are switched off at each step, so the loss of a batch says little "
        "about the weights. The gradient is mostly noise.",
        where=Where(layers=list(rates)),
        evidence=[
            Evidence(f"rate of {path}", rate, "%", limit),
            *loss_fraction(facts, facts.thresholds["slow_share"]),
        ],
        advice=[Advice("Lower the rate to between 0.2 and 0.5.", "keras.layers.Dropout(0.3)")],
    )


def _dropout_hurts(facts: Facts) -> bool:
    """Whether the training loss hardly falls, or is far above the loss without dropout."""
    progress = facts.progress
    _, val = facts.epochs("val_loss")
    _, train = facts.epochs("loss")
    if len(val) and len(train) and np.isfinite(val[-1]) and train[-1] > 3 * val[-1] > 0:
        return progress.known and progress.fraction > 0.3
    return progress.known and progress.fraction > 0.5


def _number(text: str | None) -> float:
    try:
        return float(text) if text is not None else np.nan
    except ValueError:
        return np.nan


def _symmetric(facts: Facts) -> Iterator[Finding]:
    """Hidden layers whose units all have the same output, or whose weights are all zero."""
    weights = facts.track("weight")
    if weights is None:
        return
    hidden = [item for item in facts.structure.weighted[:-1] if weights.present(item.kernels)]
    learned = facts.progress.has_learned
    equal = [item for item in hidden if not learned and _stays_zero(weights, item)]
    equal += [item for item in hidden if _stays_equal(facts, weights, item)]
    tables = [] if learned else _zero_tables(facts, weights)
    if not equal and not tables:
        return
    paths = [weights.present(item.kernels)[0] for item in equal] + tables
    layers = facts.structure.layers_of_variables(paths)
    path = paths[0]
    (row,) = weights.rows([path])
    spread = float(weights.thin("std")[0, row])
    name = f"standard deviation of {path} at the start"
    yield Finding(
        problem=PROBLEM,
        variant="symmetric",
        severity="error" if facts.progress.is_stuck else "warning",
        confidence=0.95,
        title=f"All units of {listed(layers)} are equal: the initial weights are symmetric",
        first_step=facts.first_step,
        last_step=facts.last_step,
        ongoing=True,
        cause="Units that start with equal weights receive equal gradients and stay equal, so the "
        "layer works like a single unit. If the weights are zero, there is no gradient at all.",
        where=Where(layers=layers),
        evidence=[Evidence(name, spread, "", None, "weight", "std", path)],
        advice=[
            Advice(
                "Initialise with random numbers.",
                layer_line(
                    facts,
                    layers[0],
                    **(
                        {"embeddings_initializer": '"uniform"'}
                        if path in tables
                        else {"kernel_initializer": '"glorot_uniform"'}
                    ),
                ),
            )
        ],
    )


def _zero_tables(facts: Facts, weights: Track) -> list[str]:
    """Embeddings that are zero at every sample; where nothing is zero for all, that is no fault."""
    structure = facts.structure
    found = [v.path for v in structure.variables if _is_table(structure, v.path)]
    rows = weights.present(found)
    if len(weights) < LEAST_ZERO or not rows:
        return []
    sizes = weights.thin("l2")[:, weights.rows(rows)]
    return [path for path, size in zip(rows, sizes.T, strict=True) if not np.any(size)]


def _is_table(structure: Structure, path: str) -> bool:
    layer = structure.layer_of_variable(path)
    return layer is not None and layer.class_name == "Embedding"


def _stays_zero(weights: Track, item: Weighted) -> bool:
    rows = weights.rows(weights.present(item.kernels))
    return len(weights) >= 3 and not np.any(weights.thin("l2")[:, rows])


def _stays_equal(facts: Facts, weights: Track, item: Weighted) -> bool:
    """Whether the kernels started with a single value, and the units' outputs stay equal."""
    rows = weights.rows(weights.present(item.kernels))
    size, spread = weights.thin("max_abs")[0, rows], weights.thin("std")[0, rows]
    if not (np.all(size > 0) and np.all(spread <= SAME * size)):
        return False
    try:
        values = facts.run.units(item.site).max_abs
    except NotRecordedError:
        return not facts.progress.has_learned  # the start has to do
    values = values[:: max(1, len(values) // 50)]
    values = values[np.all(np.isfinite(values), axis=1) & np.any(values > 0, axis=1)]
    if values.shape[1] < 2 or len(values) < 3:
        return False
    low, high = values.min(axis=1), values.max(axis=1)
    return bool(np.all(high - low <= 1e-2 * high))
