"""Other tools' published rules on the same runs: `python -m benchmarks.diagnosis.peers LOGDIR`.

AutoTrainer (Zhang et al., ICSE 2021), DeepDiagnosis (Wardat et al., ICSE 2022), Umlaut (Schoop et al.,
CHI 2021) and SageMaker Debugger (its list of built-in rules), written anew from their definitions and
default thresholds, on the same records as `diagnose`. None of their code runs. Where a definition needs
a number that is not recorded, the nearest one stands in; a comment says which.

Prints one table: healthy runs without an alarm, runs with a fault in which something was reported,
those in which it was the fault, and precision.
"""

import argparse
import dataclasses
import pathlib
import sys
from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.diagnosis import measure, train
from benchmarks.diagnosis.case import CASES
from tb_keras_inspect import diagnose, load_run
from tb_keras_inspect.diagnosis import THRESHOLDS, Thresholds
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.structure import BOUNDED, RELU

# Which problems of ours an alarm of theirs would be right about.
VANISHING = ("vanishing_gradient", "initial_weights", "saturated_activation")
EXPLODING = ("exploding_gradient", "non_finite", "rate_change", "initial_weights", "input_outlier")
DEAD = ("dying_relu", "constant_output")
SATURATED = ("saturated_activation", "constant_output")
STUCK = (
    "does_not_learn",
    "slow_convergence",
    "untrained_layer",
    "constant_output",
    "output_mismatch",
)
UNSTABLE = ("oscillating_loss", "rate_change", "exploding_gradient")
OVERFIT = ("overfitting", "validation_mismatch")
INPUT = ("unnormalised_input", "input_outlier", "tokens_out_of_range")
WEIGHTS = ("initial_weights", "weight_decay", "exploding_gradient")
RATE = (
    "exploding_gradient",
    "slow_convergence",
    "does_not_learn",
    "rate_change",
    "oscillating_loss",
)
UNCHANGED = ("untrained_layer",)
Alarms = Iterator[tuple[str, ...]]


def autotrainer(facts: Facts) -> Alarms:
    """Ratio of gradients 1e-3 and 70, zero gradients 0.7, oscillation 0.03 in 0.2, progress 0.01."""
    gradients = facts.track("gradient")
    kernels = facts.kernels(gradients)
    if gradients is not None and len(kernels) > 1:
        size = gradients.thin("l2")[:, gradients.rows(kernels)]
        ratio = size[:, 0] / size[:, -1]
        if np.any((ratio < 1e-3) & (size[:, 0] < 1e-4)):
            yield VANISHING
        if np.any(ratio > 70):
            yield EXPLODING
        if np.any(gradients.thin("zero_fraction")[:, gradients.rows(kernels)] >= 0.7):
            yield DEAD
    if facts.breakdown is not None:
        yield EXPLODING
    _, loss = facts.epochs("loss")
    if len(loss) > 3:  # of the accuracy, or else of the loss
        change = np.diff(loss)
        if np.mean(change[1:] > 0.03) >= 0.2:
            yield UNSTABLE
        if abs(loss[0] - loss[-1]) < 0.01:
            yield STUCK


def deepdiagnosis(facts: Facts) -> Alarms:
    """Gradients 1e-7, dead share 0.7, saturation in half, update ratio, variance 1e-5 to 10."""
    yield from _tiny_gradients(facts)
    for path, values in _hidden(facts, "zero_fraction"):
        if path in RELU and np.any(values >= 0.7):
            yield DEAD
    yield from _saturated(facts)
    updates = facts.track("update")
    kernels = facts.kernels(updates)
    if updates is not None and kernels:
        usual = np.median(updates.thin("ratio")[1:, updates.rows(kernels)], axis=0) / 1e-3
        if np.any(usual > 100) or np.any(usual < 1e-3):
            yield RATE
    weights = facts.track("weight")
    if weights is not None and facts.kernels(weights):
        variance = weights.thin("std")[:, weights.rows(facts.kernels(weights))] ** 2
        if np.any(variance > 10) or np.any(variance < 1e-5):
            yield WEIGHTS
    if facts.breakdown is not None:
        yield EXPLODING


def umlaut(facts: Facts) -> Alarms:
    """Input outside -1 to 1, rate outside 1e-7 to 0.01, validation loss up and training loss not."""
    inputs, step = facts.track("input"), facts.track("step")
    if inputs is not None and (np.any(inputs.thin("max") > 1) or np.any(inputs.thin("min") < -1)):
        yield INPUT
    if step is not None:
        rate = step.column("learning_rate")
        if np.any(rate > 0.01) or np.any(rate < 1e-7):
            yield RATE
    if facts.breakdown is not None:
        yield EXPLODING
    (_, loss), (_, val) = facts.epochs("loss"), facts.epochs("val_loss")
    if len(val) == len(loss) > 1 and np.any((np.diff(val) > 0) & (np.diff(loss) <= 0)):
        yield OVERFIT
    text = facts.structure.compiled
    outputs = facts.structure.outputs
    if outputs and "categorical" in text.get("loss", ""):
        has_softmax = facts.structure.activation_of(outputs[0]) == "softmax"
        if has_softmax == (text.get("from_logits") == "True"):
            yield ("output_mismatch",)


def sagemaker_debugger(facts: Facts) -> Alarms:
    """Its built-in rules with their default parameters."""
    yield from _tiny_gradients(facts)
    if facts.breakdown is not None:
        yield EXPLODING
    for function, values in _hidden(facts, "dead_fraction"):  # units below 1 % activity
        if function in RELU and np.any(values > 0.5):
            yield DEAD
    yield from _saturated(facts)
    updates = facts.track("update")
    if updates is not None and facts.kernels(updates):
        ratio = updates.thin("ratio")[1:, updates.rows(facts.kernels(updates))]
        if np.any(ratio > 10) or np.any(ratio < 1e-8):
            yield RATE
    weights = facts.track("weight")
    if weights is not None and len(facts.kernels(weights)) > 1:
        variance = weights.thin("std")[:5, weights.rows(facts.kernels(weights))] ** 2
        if np.all(variance.max(axis=1) / variance.min(axis=1) > 10) and len(variance) == 5:
            yield WEIGHTS
        size = weights.thin("l2")[:, weights.rows(facts.kernels(weights))]
        same = np.abs(np.diff(size, axis=0)) <= 1e-5 * size[1:]
        if np.any(same[:-2] & same[1:-1] & same[2:]):
            yield UNCHANGED
    yield from _loss_not_decreasing(facts)
    (_, loss), (_, val) = facts.epochs("loss"), facts.epochs("val_loss")
    if len(val) == len(loss) > 0 and np.any((val - loss) / loss > 0.1):
        yield OVERFIT
    inputs, first = facts.track("input"), facts.structure.weighted[:1]
    of_pictures = bool(first) and first[0].layer.class_name == "Conv2D"
    if inputs is not None and of_pictures and np.any(np.abs(inputs.thin("mean")) > 0.2):
        yield INPUT


def _tiny_gradients(facts: Facts) -> Alarms:
    gradients = facts.track("gradient")
    kernels = facts.kernels(gradients)
    if gradients is not None and kernels:  # root mean square instead of the mean magnitude
        rows = gradients.rows(kernels)
        size = np.hypot(gradients.thin("mean")[:, rows], gradients.thin("std")[:, rows])
        if np.any(size < 1e-7):
            yield VANISHING


def _hidden(facts: Facts, statistic: str) -> Iterator[tuple[str, np.ndarray]]:
    """Activation function and a statistic of each hidden output."""
    track = facts.track("activation")
    for row, name in enumerate(track.names if track is not None else ()):
        site = facts.structure.site(name)
        if track is not None and site is not None and not facts.structure.is_output(site):
            yield facts.structure.activation_of(site), track.thin(statistic)[:, row]


def _saturated(facts: Facts) -> Alarms:
    # Outputs on the flat parts, which begin a little earlier than their limits.
    if any(f in BOUNDED and np.any(v > 0.5) for f, v in _hidden(facts, "saturated_fraction")):
        yield SATURATED


def _loss_not_decreasing(facts: Facts) -> Alarms:
    """Within 10 steps by 0.1 %, anywhere in the run."""
    steps, loss = facts.progress.steps, facts.progress.loss
    later = np.searchsorted(steps, steps + 10)
    inside = later < len(steps)
    if np.any(loss[later[inside]] > 0.999 * loss[inside]):
        yield STUCK


@dataclasses.dataclass
class Figures:
    """What one tool says about all runs."""

    silent: int = 0
    alarmed: int = 0
    right: int = 0
    claims: int = 0
    true_claims: int = 0


Tool = Callable[[Facts], Alarms]
TOOLS: dict[str, Tool] = {
    "AutoTrainer": autotrainer,
    "DeepDiagnosis": deepdiagnosis,
    "Umlaut": umlaut,
    "SageMaker Debugger": sagemaker_debugger,
}


def main() -> int:
    """Prints the table. Returns 1 if a run is missing."""
    parser = argparse.ArgumentParser(description="The published rules of other tools.")
    parser.add_argument("logdir", type=pathlib.Path)
    logdir = parser.parse_args().logdir
    assert train.MODULES  # importing it registers the cases
    names = [name for name in CASES if (logdir / name / "done").exists()]
    figures = {name: Figures() for name in (*TOOLS, "this project")}
    for name in names:
        run = load_run(logdir / name)
        facts = Facts(run, Thresholds(THRESHOLDS))
        with np.errstate(all="ignore"):
            said = {tool: set(rules(facts)) for tool, rules in TOOLS.items()}
        found, case = diagnose(run), CASES[name]
        own = measure.false_of(found, case) | (measure.problems_of(found) & case.labelled)
        said["this project"] = {(problem,) for problem in own}
        for tool, alarms in said.items():
            _count(figures[tool], alarms, name)
    healthy = sum(not CASES[name].expected for name in names)
    faulty = len(names) - healthy
    print(f"{healthy} healthy runs, {faulty} with a fault\n")
    print(
        "| rules of | silent on healthy runs | something reported | the fault reported | precision |"
    )
    print("| --- | --- | --- | --- | --- |")
    for tool, found in figures.items():
        precision = found.true_claims / max(found.claims, 1)
        print(
            f"| {tool} | {found.silent} of {healthy} | {found.alarmed} of {faulty} "
            f"| {found.right} of {faulty} | {precision:.2f} |"
        )
    return 0 if len(names) == len(CASES) else 1


def _count(found: Figures, alarms: set[tuple[str, ...]], name: str) -> None:
    case = CASES[name]
    right = [alarm for alarm in alarms if case.expected & set(alarm)]
    allowed = [alarm for alarm in alarms if case.labelled & set(alarm)]
    found.claims += len(alarms)
    found.true_claims += len(allowed)
    if not case.expected:
        found.silent += not alarms
    else:
        found.alarmed += bool(alarms)
        found.right += bool(right)


if __name__ == "__main__":
    sys.exit(main())
