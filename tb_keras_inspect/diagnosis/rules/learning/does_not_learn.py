"""The loss stays where a constant prediction has it, with why, if the record tells.

A flat loss alone proves nothing: the targets may hold nothing that the inputs tell. So without a reason
it is a note. A gradient that keeps its direction over many samples while the weights hardly move shows
that there is a way down, and steps too small to walk it. Updates of a tenth of the weights, again and
again, show steps too large to settle.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.evidence import loss_fraction
from tb_keras_inspect.diagnosis.finding import Evidence, Finding
from tb_keras_inspect.diagnosis.flat_loss import CAUSES, advice_on
from tb_keras_inspect.diagnosis.padding import padding_text, unmasked_padding
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.linear import linear_layers
from tb_keras_inspect.diagnosis.signals.onset import median
from tb_keras_inspect.diagnosis.signals.positions import lacks_positions
from tb_keras_inspect.diagnosis.signals.progress import ABSOLUTE, SQUARED
from tb_keras_inspect.diagnosis.signals.rate import warms_up
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.diagnosis.wording import listed

PROBLEM = "does_not_learn"
NEEDS = ("step", "target")
THRESHOLDS = (
    Threshold(
        "baseline_fraction",
        0.95,
        0.5,
        1.0,
        "loss as a fraction of that of a constant prediction, above which nothing was learned",
        "healthy runs measured here that have something to learn end at 0.76 or less",
    ),
    Threshold(
        "steady_cosine",
        0.5,
        0.1,
        1.0,
        "cosine of a kernel's gradient to the one before, above which it keeps its direction",
        "on a plateau 0.8 to 1.0; with targets that hold nothing 0.0, measured here",
    ),
    Threshold(
        "large_update",
        0.1,
        0.005,
        10.0,
        "l2 of the update divided by l2 of the weights, for the kernel that moves most, above which "
        "steps are too large to settle",
        "about 1e-3 is usual (Karpathy, cs231n); 37 healthy runs measured here: 0.01 at most",
    ),
)
LEAST_STEPS = 150
LEAST_SAMPLES = 15
BY_HEART = 0.85  # fraction of the baseline, where nothing holds for validation data
FLAT = 0.02  # fall over the second half, relative to the baseline
HELD = 0.95  # lowest validation loss relative to the first one
CHANCE = 2 * 1.25  # standard errors of a median that are no fall
RARE = 0.1  # fraction of a class
FAR = 1.5  # loss relative to the baseline, above which it is far above
LARGE_TARGETS = 10.0  # root mean square
LEAST_EPOCHS = 4  # whose losses tell the pace
LONG = 1000  # steps from which the losses of batches tell it too
FAR_OFF = 5.0  # runs of this length that it would still take
LINEAR_FRACTION = 0.3  # what is left of the loss where one linear map is not enough
SHORT = 1.5  # how far all updates together can have moved the weights, relative to their size


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding."""
    progress = facts.progress
    if facts.structure.has_own_step or not progress.known or not np.isfinite(progress.baseline):
        return
    loss = progress.loss[np.isfinite(progress.loss)]
    if facts.steps_done < _least_steps(facts) or len(loss) < LEAST_SAMPLES or warms_up(facts):
        return
    limits = facts.thresholds
    linear = linear_layers(facts.structure)
    far_off = _is_far_off(facts, loss)
    least = LINEAR_FRACTION if linear else limits["baseline_fraction"]
    if _nothing_holds(facts):  # what little the training loss has fallen was learned by heart
        least = min(least, BY_HEART)
    if progress.fraction < least or (_falls(facts, loss) and not far_off):
        return
    cosine, update = _cosine(facts), _update(facts)
    path = update * facts.steps_done
    variant = "linear" if linear else "no_reason"
    if linear and progress.fraction < limits["baseline_fraction"]:
        pass  # it has learned what a linear map can
    elif far_off:
        variant = "target_scale"
    elif cosine >= limits["steady_cosine"] and path < SHORT:
        variant = "small_steps"
    elif update >= limits["large_update"]:
        variant = "large_steps"
    rare, padding = _rare(facts), unmasked_padding(facts)
    if variant == "no_reason" and padding is not None:
        variant = "padding"
    elif variant == "no_reason" and lacks_positions(facts.structure):
        variant = "no_positions"
    elif variant == "no_reason" and rare < RARE:
        variant = "imbalance"
    far = progress.fraction > FAR
    where = "far above" if far else "still at"
    yield Finding(
        problem=PROBLEM,
        variant=variant,
        severity="note" if variant in ("no_reason", "imbalance") else "warning",
        confidence=0.5 if variant in ("no_reason", "imbalance") else 0.85,
        title=_title(facts, variant, linear, where),
        first_step=facts.first_step,
        last_step=facts.last_step,
        ongoing=True,
        cause=CAUSES[variant],
        evidence=[
            *loss_fraction(facts, limits["baseline_fraction"]),
            Evidence(
                "cosine of the gradient to the one before",
                cosine,
                "",
                limits["steady_cosine"],
                "gradient",
                "cosine",
                _kernel(facts, "gradient"),
            ),
            Evidence(
                "update / weight, for the kernel that moves most",
                update,
                "",
                limits["large_update"],
                "update",
                "ratio",
                _kernel(facts, "update"),
            ),
        ],
        advice=advice_on(facts, variant),
    )


def _title(facts: Facts, variant: str, linear: list[str], where: str) -> str:
    losses = f"({facts.progress.end:.3g}, constant {facts.progress.baseline:.3g})"
    if variant == "linear":
        return (
            f"No layer before the output has an activation function: {listed(linear)} and the output "
            f"are one linear map, and the loss stays at {facts.progress.end:.3g} "
            f"(constant {facts.progress.baseline:.3g})"
        )
    why = ""
    padding = unmasked_padding(facts)
    if variant == "padding" and padding is not None:
        why = f": {padding_text(padding)}"
    if variant == "no_positions":
        why = ": no layer of this Transformer tells it the order of the sequence"
    if variant == "target_scale":
        mean, std = _targets(facts)
        why = f": the targets, {mean:.3g} with a standard deviation of {std:.3g}, are out of reach"
    return (
        f"After {facts.steps_done} steps the loss is {where} that of a constant prediction "
        f"{losses}{why}"
    )


def _targets(facts: Facts) -> tuple[float, float]:
    """Mean and standard deviation of the targets of a regression; NaN for others."""
    target = facts.track("target")
    if target is None or facts.structure.compiled.get("loss", "") not in SQUARED + ABSOLUTE:
        return float("nan"), float("nan")
    if len(target.names) != 1:
        return float("nan"), float("nan")
    return float(median(target.column("mean"))), float(median(target.column("std")))


def _is_far_off(facts: Facts, loss: np.ndarray) -> bool:
    """Whether targets are so large that outputs, at their present pace, take far longer to reach them
    than the run has taken."""
    progress = facts.progress
    mean, std = _targets(facts)
    if not np.hypot(mean, std) > LARGE_TARGETS or progress.fraction < FAR:
        return False
    epochs = facts.epochs("loss")[1]
    if len(epochs) >= LEAST_EPOCHS:
        pace = 2 * float(epochs[len(epochs) // 2] - epochs[-1])
    elif facts.steps_done < LONG:
        return False  # too early to tell how fast they come near
    else:  # batches differ by more than a slow fall
        half = loss[len(loss) // 2 :]
        third = max(1, len(half) // 3)
        pace = 3 * float(median(half[:third]) - median(half[-third:]))
    return progress.end - progress.baseline > FAR_OFF * max(pace, 0.0)


def _nothing_holds(facts: Facts) -> bool:
    """Whether nothing that was learned holds for validation data."""
    val = facts.epochs("val_loss")[1]
    return len(val) >= 2 * LEAST_EPOCHS and bool(np.min(val) > facts.progress.baseline)


def _least_steps(facts: Facts) -> int:
    """Steps before a flat loss counts: at least an epoch, if its length is known."""
    model = facts.structure.model
    return max(LEAST_STEPS, model.steps_per_epoch if model is not None else 0)


def _rare(facts: Facts) -> float:
    """Fraction of the rarer of two classes; NaN where there are not two."""
    target = facts.track("target")
    if target is None or "binary" not in facts.structure.compiled.get("loss", ""):
        return float("nan")
    ones = float(np.nanmean(target.thin("mean")[:, 0])) if len(target.names) == 1 else np.nan
    return min(ones, 1 - ones)


def _falls(facts: Facts, loss: np.ndarray) -> bool:
    """Whether the loss still falls: its last quarter lies below its second one, by more than chance.

    A training loss that falls while the validation loss has never moved only learns by heart.
    """
    val = facts.epochs("val_loss")[1]
    if len(val) >= 2 * LEAST_EPOCHS and np.min(val) > HELD * val[0]:
        return False
    epochs = facts.epochs("loss")[1]
    if len(epochs) >= 2 * LEAST_EPOCHS and np.isfinite(epochs).all():
        loss = epochs  # batches differ more than epochs do
    quarter = len(loss) // 4
    second, last = loss[quarter : 2 * quarter], loss[-quarter:]
    # Of a median: 1.25 standard errors; of the difference of two of them: of both together.
    chance = CHANCE * float(np.sqrt((np.var(second) + np.var(last)) / quarter))
    fall = float(np.median(second) - np.median(last))
    return fall > max(FLAT * facts.progress.baseline, chance)


def _kernel(facts: Facts, kind: str) -> str:
    return next(iter(facts.kernels(facts.track(kind))), "")


def _cosine(facts: Facts) -> float:
    gradients = facts.track("gradient")
    kernels = facts.kernels(gradients)
    if gradients is None or not kernels or not gradients.has("cosine"):
        return float("nan")
    return float(median(gradients.thin("cosine")[:, gradients.rows(kernels)]))


def _update(facts: Facts) -> float:
    updates = facts.track("update")
    kernels = facts.kernels(updates)
    if updates is None or not kernels:
        return float("nan")
    typical = updates.typical("ratio")[updates.rows(kernels)]
    return float(np.nanmax(np.nan_to_num(typical)))
