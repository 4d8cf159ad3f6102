"""The loss hardly falls, and the reason shows: steps too small, too much dropout, equal units.

A loss that does not fall is no fault by itself: the data may hold nothing to learn. So each reason is
looked for where it shows: in how far the steps can have moved the weights, in the rate of dropout, in
units that have put out the same numbers since they were made. A warm-up, a run that has learned
before its rate went down, and one that started where it should end are none.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.facts import Facts
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where, listed
from tb_keras_inspect.diagnosis.onset import median
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.store.errors import NotRecordedError

PROBLEM = "slow_convergence"
THRESHOLDS = (
    Threshold(
        "slow_path",
        0.15,
        1e-6,
        10.0,
        "how far all steps together can have moved the weights, relative to their size, below which "
        "steps are too small",
        "healthy runs measured here reach 0.3 within 300 steps",
    ),
    Threshold(
        "slow_update_ratio",
        2e-4,
        1e-9,
        0.1,
        "l2 of the update over l2 of the weights, of the kernel that moves most, below which steps are "
        "small",
        "about 1e-3 is usual (Karpathy, cs231n); SageMaker Debugger's 1e-8 finds nothing",
    ),
    Threshold(
        "slow_share",
        0.7,
        0.05,
        1.0,
        "loss over that of guessing, above which nothing much was learned",
        "healthy runs measured here end below 0.5, or have ordinary steps",
    ),
    Threshold(
        "dropout_rate",
        0.75,
        0.1,
        1.0,
        "rate of dropout that is too much where the loss does not fall",
        "rates of 0.2 to 0.5 are usual (Srivastava et al., 2014)",
    ),
)
LEAST_STEPS = 100
LEAST_SAMPLES = 8
FIRST = 3  # samples that show the steps as the rate and the initial weights make them
SAME = 1e-4  # relative difference of units that were made equal


def find(facts: Facts) -> Iterator[Finding]:
    """At most one finding for each reason."""
    yield from _symmetric(facts)
    if facts.steps_done < LEAST_STEPS or len(facts.progress.steps) < LEAST_SAMPLES:
        return
    dropout = list(_dropout(facts))
    yield from dropout
    if not dropout:
        yield from _small_steps(facts)


def _is_slow(facts: Facts) -> bool:
    progress = facts.progress
    if not progress.known:
        return False
    fallen = progress.end < 0.7 * progress.start
    return progress.share > facts.thresholds["slow_share"] and not fallen


def _small_steps(facts: Facts) -> Iterator[Finding]:
    updates = facts.track("update")
    if updates is None or not _is_slow(facts) or _warms_up(facts):
        return
    kernels = facts.kernels(updates)
    if not kernels:
        return
    ratios = updates.thin("ratio")[:, updates.rows(kernels)]
    moving = np.any(ratios > 0, axis=1)  # gradients may be accumulated over several steps
    if np.isnan(ratios).all():
        return
    ratios = ratios[moving] if moving.any() else ratios
    # The kernel that moves most: where only some stand still the gradient does not reach them.
    typical = float(np.nanmax(median(ratios, axis=0)))
    if np.nanmax(ratios[:FIRST]) >= facts.thresholds["slow_update_ratio"]:
        return  # steps began as they should: something has taken the gradient away
    path = typical * facts.steps_done
    limits = facts.thresholds
    far_too_small = typical < limits["slow_update_ratio"] / 20
    if not (
        typical < limits["slow_update_ratio"] and (path < limits["slow_path"] or far_too_small)
    ):
        return
    rate = median(facts.track("step").column("learning_rate"))
    yield Finding(
        problem=PROBLEM,
        severity="warning",
        confidence=0.9 if far_too_small or path < limits["slow_path"] / 2 else 0.7,
        title=f"Steps are too small: {facts.steps_done} of them can have moved the weights by "
        f"{100 * min(path, 9.99):.2g} % at most",
        first_step=facts.first_step,
        last_step=facts.last_step,
        ongoing=True,
        cause="The update of a step is a tiny part of the weights, so that even if all of them went "
        "the same way the network would still be about where it began. The learning rate is too "
        "small for this optimizer, or a factor in front of the loss is.",
        where=Where(layers=[item.layer.path for item in facts.structure.weighted]),
        evidence=[
            Evidence(
                "update over weight, of the kernel that moves most",
                typical,
                "",
                limits["slow_update_ratio"],
                "update",
                "ratio",
                kernels[0],
            ),
            Evidence("weights can have moved by", path, "%", limits["slow_path"]),
            Evidence("learning rate", float(rate), "", None, "step", "learning_rate"),
            _loss(facts),
        ],
        advice=[
            Advice(
                "Raise the learning rate by a factor of 10, and again, until the ratio is near 1e-3.",
                "model.compile(optimizer=keras.optimizers.Adam(1e-3), ...)",
            ),
            Advice(
                "Take an optimizer that scales its steps to the gradient.",
                'model.compile(optimizer="adam", ...)',
            ),
        ],
    )


def _warms_up(facts: Facts) -> bool:
    """Whether the learning rate is still rising."""
    rate = facts.track("step").column("learning_rate")
    if not np.isfinite(rate).all():
        return False
    half = len(rate) // 2
    return bool(rate[-1] > 1.2 * rate[half] and np.all(np.diff(rate[half:]) >= 0))


def _loss(facts: Facts) -> Evidence:
    share = facts.progress.share
    limit = facts.thresholds["slow_share"]
    return Evidence("loss, as a share of that of guessing", share, "%", limit, "step", "loss")


def _dropout(facts: Facts) -> Iterator[Finding]:
    limit = facts.thresholds["dropout_rate"]
    rates = {}
    for layer in facts.structure.layers:
        rate = _number(getattr(layer, "settings", {}).get("rate"))
        if "Dropout" in layer.class_name and rate >= limit:
            rates[layer.path] = rate
    if not rates or not _hinders(facts):
        return
    path, rate = max(rates.items(), key=lambda item: item[1])
    yield Finding(
        problem=PROBLEM,
        severity="warning",
        confidence=0.8,
        title=f"Dropout of {100 * rate:.0f} % in {listed(rates)} leaves too little to learn from",
        first_step=facts.first_step,
        last_step=facts.last_step,
        ongoing=True,
        cause="Nearly all units are switched off at each step, so that the loss of a batch says "
        "little about the weights. The gradient is mostly noise.",
        where=Where(layers=list(rates)),
        evidence=[Evidence(f"rate of {path}", rate, "%", limit), _loss(facts)],
        advice=[Advice("Lower the rate to 0.2 to 0.5.", "keras.layers.Dropout(0.3)")],
    )


def _hinders(facts: Facts) -> bool:
    """Whether the training loss suffers: it hardly falls, or is far above that without dropout."""
    progress = facts.progress
    _, val = facts.epochs("val_loss")
    _, train = facts.epochs("loss")
    if len(val) and len(train) and np.isfinite(val[-1]) and train[-1] > 3 * val[-1] > 0:
        return progress.known and progress.share > 0.3
    return progress.known and progress.share > 0.5


def _number(text: str | None) -> float:
    try:
        return float(text) if text is not None else np.nan
    except ValueError:
        return np.nan


def _symmetric(facts: Facts) -> Iterator[Finding]:
    """Units of a hidden layer that all put out the same, or weights that were all zero."""
    layers = [*_zero_layers(facts), *_equal_layers(facts)]
    if not layers or facts.progress.has_learned:
        return
    yield Finding(
        problem=PROBLEM,
        severity="error" if facts.progress.is_stuck else "warning",
        confidence=0.95,
        title=f"All units of {listed(layers)} are equal: the initialisation is symmetric",
        first_step=facts.first_step,
        last_step=facts.last_step,
        ongoing=True,
        cause="Units that start with equal weights get equal gradients and stay equal, so that the "
        "layer works like a single unit. Where the weights are zero not even that gets a gradient.",
        where=Where(layers=layers),
        evidence=_weights_at_start(facts, layers),
        advice=[
            Advice(
                "Initialise kernels with random numbers.",
                'keras.layers.Dense(units, kernel_initializer="glorot_uniform")',
            )
        ],
    )


def _hidden(facts: Facts) -> list:
    return facts.structure.weighted[:-1]


def _zero_layers(facts: Facts) -> list[str]:
    """Hidden layers whose kernels are zero, and stay so."""
    weights = facts.track("weight")
    if weights is None or len(weights) < 3:
        return []
    found = []
    for item in _hidden(facts):
        rows = [weights.row(path) for path in item.kernels if weights.row(path) is not None]
        if rows and not np.any(weights.thin("l2")[:, rows]):
            found.append(item.layer.path)
    return found


def _equal_layers(facts: Facts) -> list[str]:
    """Hidden layers with a kernel of one value at the start, whose units stay equal."""
    weights = facts.track("weight")
    if weights is None:
        return []
    found = []
    for item in _hidden(facts):
        rows = [weights.row(path) for path in item.kernels if weights.row(path) is not None]
        if not rows:
            continue
        size, spread = weights.thin("max_abs")[0, rows], weights.thin("std")[0, rows]
        if np.all(size > 0) and np.all(spread <= SAME * size) and _stay_equal(facts, item.site):
            found.append(item.layer.path)
    return found


def _stay_equal(facts: Facts, site: str) -> bool:
    try:
        values = facts.run.units(site).max_abs
    except NotRecordedError:
        return True  # then the start has to do
    values = values[:: max(1, len(values) // 50)]
    values = values[np.all(np.isfinite(values), axis=1) & np.any(values > 0, axis=1)]
    if values.shape[1] < 2 or len(values) < 3:
        return False
    low, high = values.min(axis=1), values.max(axis=1)
    return bool(np.all(high - low <= 1e-2 * high))


def _weights_at_start(facts: Facts, layers: list[str]) -> list[Evidence]:
    weights = facts.track("weight")
    for item in _hidden(facts):
        if item.layer.path == layers[0] and weights.row(item.kernels[0]) is not None:
            row, path = weights.row(item.kernels[0]), item.kernels[0]
            spread = float(weights.thin("std")[0, row])
            name = f"deviation of {path} at the start"
            return [Evidence(name, spread, "", None, "weight", "std", path)]
    return []
