"""A softmax as the activation function of hidden layers.

Its outputs add up to 1 over the units, so each is about 1 divided by their number, and hardly anything
of the input is left after two of them. A gate or attention multiplies something by a softmax; here its
outputs are what the next layer's kernel receives.
"""

import itertools
from collections.abc import Iterator

from tb_keras_inspect.diagnosis.advice import layer_line
from tb_keras_inspect.diagnosis.evidence import loss_fraction
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.wording import listed

PROBLEM = "slow_convergence"
NEEDS = ("activation", "step")
THRESHOLDS = ()
LEAST_STEPS = 100
TRACED = ("Sequential", "Functional")
PLAIN = ("Dense", "Conv1D", "Conv2D", "Conv3D")


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding."""
    paths = _layers(facts)
    if not paths or facts.steps_done < LEAST_STEPS or facts.progress.has_learned:
        return
    yield Finding(
        problem=PROBLEM,
        variant="hidden_softmax",
        severity="warning",
        confidence=0.9,
        title=f"softmax is the activation function of the hidden {listed(paths)}: hardly anything of "
        "the input gets through",
        first_step=facts.first_step,
        last_step=facts.last_step,
        ongoing=True,
        cause="Softmax makes the outputs of a layer add up to 1, so each is about 1 divided by the "
        "number of units, whatever the input, and its slope is that small, too.",
        where=Where(layers=paths),
        evidence=[
            Evidence("hidden layers with softmax", float(len(paths)), "layers", 0.0),
            *loss_fraction(facts),
        ],
        advice=[
            Advice(
                "Use ReLU in hidden layers.",
                layer_line(facts, paths[0], activation='"relu"'),
            )
        ],
    )


def _layers(facts: Facts) -> list[str]:
    """Paths of the layers with a kernel and a softmax that the kernel of the next layer receives."""
    structure = facts.structure
    if structure.model is None or structure.model.class_name not in TRACED:
        return []
    shapes = {variable.path: variable.shape for variable in structure.variables}
    found = []
    layers = structure.weighted
    for item, following in itertools.pairwise(layers):
        both = item.layer.class_name in PLAIN and following.layer.class_name in PLAIN
        units, received = shapes[item.kernels[0]][-1], shapes[following.kernels[0]][-2]
        if both and item.layer.activation == "softmax" and units == received:
            found.append(item.layer.path)
    return found
