"""A classifier that predicts the same class for every example, while the targets have others.

Where one class is frequent, that looks good: the loss is low and the accuracy high. A model of rare
events may never be more than half sure of one, and rightly so. So this is a note.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.progress import BINARY, CROSS_ENTROPIES
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.model.model import SiteInfo

PROBLEM = "one_class"
NEEDS = ("activation", "target")
THRESHOLDS = (
    Threshold(
        "class_probability",
        0.5,
        0.1,
        1.0,
        "largest probability that a class has for any example of the last batches, below which it is "
        "never predicted",
        "of two classes the more probable one has at least half",
    ),
)
LEAST_STEPS = 100
LEAST_SAMPLES = 10  # the last batches


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding."""
    outputs, target = facts.structure.outputs, facts.track("target")
    loss = facts.structure.compiled.get("loss", "")
    if len(outputs) != 1 or target is None or len(target.names) != 1:
        return
    if facts.steps_done < LEAST_STEPS or facts.structure.has_own_step:
        return
    if loss not in CROSS_ENTROPIES + BINARY:
        return
    low, high = (target.column(name)[-LEAST_SAMPLES:] for name in ("min", "max"))
    probability = _probabilities(facts, outputs[0])
    if probability is None or not np.nanmin(low) < np.nanmax(high):
        return
    limit = facts.thresholds["class_probability"]
    predicted = np.flatnonzero(probability >= limit)
    if len(probability) == 1:  # a sigmoid: the probability of class 1
        only, rest = (0, float(probability[0])) if not len(predicted) else (-1, np.nan)
    else:
        only = int(predicted[0]) if len(predicted) == 1 else -1
        rest = float(np.max(np.delete(probability, predicted), initial=0))
    if only >= 0:
        yield _finding(facts, outputs[0], only, rest)


def _probabilities(facts: Facts, site: SiteInfo) -> np.ndarray | None:
    """Largest probability of each class in the last batches; None if the output has none."""
    if facts.structure.activation_of(site) not in ("softmax", "sigmoid"):
        return None
    if site.units > 1 and facts.structure.activation_of(site) == "sigmoid":
        return None  # several labels, each by itself
    try:
        units = facts.run.units(site.name)
    except NotRecordedError:
        return None
    last = units.max_abs[-LEAST_SAMPLES:]
    if facts.breakdown or len(last) < LEAST_SAMPLES or not np.isfinite(last).all():
        return None
    return np.asarray(last.max(axis=0), np.float64)


def _finding(facts: Facts, site: SiteInfo, only: int, rest: float) -> Finding:
    layer = facts.structure.layer_of_site(site.name)
    return Finding(
        problem=PROBLEM,
        variant="always",
        severity="note",
        confidence=0.7,
        title=f"The model predicts class {only} for every example, while the targets have others",
        first_step=int(facts.last_step),
        last_step=int(facts.last_step),
        ongoing=True,
        cause="A class that is frequent makes a constant prediction look good: its loss is low and its "
        "accuracy high. Examples of the other classes have hardly any say in the gradient. If you need "
        "probabilities of rare events, this may be right.",
        where=Where(layers=[layer.path if layer is not None else site.name]),
        evidence=[
            Evidence(
                "largest probability of any other class",
                rest,
                "%",
                facts.thresholds["class_probability"],
                "activation",
                "max_abs",
                site.name,
            )
        ],
        advice=[
            Advice(
                "Give rare classes a larger weight.",
                "counts = np.bincount(y)\n"
                "class_weight = dict(enumerate(counts.sum() / (len(counts) * counts)))",
            ),
            Advice(
                "Track a metric that a constant prediction cannot win.",
                'metrics=[keras.metrics.F1Score(average="macro")]  # or AUC(curve="PR")',
            ),
        ],
    )
