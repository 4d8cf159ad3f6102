"""Layers frozen with the weights that their initializer drew, as where loading weights was forgotten.

Random features are frozen on purpose: one layer of them, usually. A whole stack of such layers in front
of what trains is what a pretrained model without its weights looks like.
"""

from collections.abc import Iterator

from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.thresholds import Threshold
from tb_keras_inspect.diagnosis.wording import listed

PROBLEM = "frozen_initial_weights"
NEEDS = ("compiled.frozen_as_initialised",)
THRESHOLDS = (
    Threshold(
        "fresh_layers",
        3,
        1,
        1000,
        "frozen layers with the weights that their initializer drew, from which it is a warning",
        "random features are one layer (Rahimi and Recht, 2007); the smallest pretrained model of "
        "keras.applications has 13",
    ),
)


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding."""
    structure = facts.structure
    paths = structure.frozen_as_initialised
    if not paths or not structure.variables:
        return
    is_stack = len(paths) >= facts.thresholds["fresh_layers"]
    severity = "warning" if is_stack and not structure.has_own_step else "note"
    are = "is" if len(paths) == 1 else "are"
    yield Finding(
        problem=PROBLEM,
        variant="as_drawn",
        severity=severity,
        confidence=0.85 if is_stack else 0.5,
        title=f"{listed(paths)} {are} frozen with freshly initialised weights",
        first_step=facts.first_step,
        last_step=facts.last_step,
        ongoing=True,
        cause="`trainable` is False, and the weights are those that the initializer has drawn: these "
        "layers have learned nothing and never will. Most likely pretrained weights were not loaded.",
        where=Where(layers=paths),
        evidence=[
            Evidence(
                "frozen layers with freshly initialised weights",
                len(paths),
                "layers",
                facts.thresholds["fresh_layers"],
            )
        ],
        advice=[
            Advice(
                "Load pretrained weights before you freeze layers.",
                'base = keras.applications.MobileNetV2(weights="imagenet", include_top=False)',
            ),
            Advice(
                "Or train these layers: unfreeze them before `compile`.",
                f'model.get_layer("{paths[0].split("/")[0]}").trainable = True',
            ),
        ],
    )
