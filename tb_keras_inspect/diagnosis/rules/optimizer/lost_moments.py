"""Training that went on without the optimizer's moments, and a loss that rose after it.

Weights alone were loaded, or the model was compiled again. The first steps of Adam and its kind are
then all of the size of the learning rate, whatever the gradient, and without a warm-up they undo what
was learned. Where the count of updates was restored but not the moments, the correction for their
beginning at 0 is missing too, and the first steps are several times the learning rate.
"""

import math
from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.diagnosis.wording import number_text

PROBLEM = "optimizer_state"
NEEDS = ("optimizer", "step")
THRESHOLDS = (
    Threshold(
        "moments_lost_rise",
        1.3,
        1.01,
        1e6,
        "loss in the samples after the moments were empty, divided by the loss before",
        "compiling again is usual before fine-tuning, and with a small learning rate the loss stays",
    ),
)
AROUND = 8  # samples
LEAST = 3
LEAST_RISE = 0.02  # of the reference of the loss
CAUSES = {
    "empty": "The optimizer began anew with trained weights: its moments were empty. Its first steps "
    "are all of the size of the learning rate, as large as they were at the beginning of training.",
    "not_restored": "The optimizer's count of updates was restored, but not its moments. It does not "
    "correct them for having begun at 0 any more, so the first steps are several times the learning "
    "rate.",
}


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding, for the first time."""
    state, step = facts.track("optimizer"), facts.track("step")
    if state is None or step is None or not len(state) or not facts.progress.known:
        return
    sizes = np.fmax(state.full("momentum_rms"), state.full("second_moment_rms"))
    known = ~np.isnan(sizes).all(axis=1)
    size = np.max(np.nan_to_num(sizes), axis=1, initial=0.0)
    updates = np.max(np.nan_to_num(state.full("moment_updates")), axis=1, initial=0.0)
    for at in np.flatnonzero(known & (size == 0)):
        had_some = at > 0 and size[at - 1] > 0
        where = int(np.searchsorted(step.steps, state.steps[at]))
        if where >= len(step) or not step.column("gradient_norm")[where] > 0:
            continue
        goes_on = step.has("epoch") and step.column("epoch")[where] > 0
        if updates[at] > 0 and (had_some or at == 0):
            variant = "not_restored"
        elif updates[at] == 0 and (had_some or (at == 0 and goes_on)):
            variant = "empty"
        else:
            continue
        before, after = _losses(facts, step.column("loss"), where)
        rose = after >= facts.thresholds["moments_lost_rise"] * before
        rose = rose and after - before > LEAST_RISE * facts.progress.reference
        if rose or variant == "not_restored":
            row = state.names[int(np.flatnonzero(~np.isnan(sizes[at]))[0])]
            yield _finding(facts, variant, row, int(state.steps[at]), before, after, rose)
            return


def _losses(facts: Facts, loss: np.ndarray, at: int) -> tuple[float, float]:
    """The loss before the step at a sample, and after it; infinite where training broke down."""
    before, after = loss[max(0, at - AROUND) : at + 1], loss[at + 1 : at + 1 + AROUND]
    if len(after) < LEAST:
        return float(loss[at]), math.inf if facts.breakdown else math.nan
    # One batch says little: then all after it have to be higher.
    high = np.median(after) if len(before) >= LEAST or np.min(after) > before[0] else np.min(after)
    return float(np.median(before)), float(high)


def _finding(
    facts: Facts, variant: str, row: str, first: int, before: float, after: float, rose: bool
) -> Finding:
    stays = rose and not facts.progress.end < before
    rise = f", and the loss rose from {before:.3g} to {number_text(after)}" if rose else ""
    return Finding(
        problem=PROBLEM,
        variant=variant,
        severity="warning" if rose else "note",
        confidence=0.9,
        title=f"Training went on without the optimizer's moments at step {first}{rise}",
        first_step=first,
        last_step=facts.last_step if stays else first,
        ongoing=stays,
        cause=CAUSES[variant],
        evidence=[
            Evidence("size of the moments", 0.0, "", None, "optimizer", "momentum_rms", row),
            Evidence(
                "loss after / loss before",
                after / before if before else math.nan,
                "times",
                facts.thresholds["moments_lost_rise"],
                "step",
                "loss",
            ),
        ],
        advice=[
            Advice(
                "Save and load the whole model, with its optimizer, instead of the weights alone.",
                'model.save("model.keras")\nmodel = keras.models.load_model("model.keras")',
            ),
            Advice(
                "Or let the learning rate rise from 0 again.",
                "keras.optimizers.schedules.CosineDecay(0.0, 10000, warmup_target=1e-3, "
                "warmup_steps=500)",
            ),
        ],
    )
