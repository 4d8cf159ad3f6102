"""The verdict on a run: one line, with the same words wherever a run is shown."""

from collections.abc import Sequence

from tb_keras_inspect.catalog.problems import PROBLEMS
from tb_keras_inspect.diagnosis.finding import Finding
from tb_keras_inspect.diagnosis.findings import Unable, Verdict
from tb_keras_inspect.diagnosis.rules import Rule
from tb_keras_inspect.diagnosis.signals.facts import GOOD_RUNS, Facts

FEW_SAMPLES = 10  # below it silence means nothing yet
VALIDATION = "validation"  # what a rule needs that is no kind of its own: a logged `val_loss`
AGAIN = "Record the run again, with this version."
# A kind to the switch of `RecordOptions` that records it.
SWITCHES = {
    "gradient": "gradients",
    "weight": "weights",
    "update": "updates",
    "activation": "activations",
    "units": "units",
    "optimizer": "optimizer",
}


def unable_to_look(rule: Rule, facts: Facts) -> Unable | None:
    """Why a rule cannot look, or None if it can."""
    for need in rule.NEEDS:
        if need == GOOD_RUNS:
            continue
        if need == VALIDATION:
            if not len(facts.epochs("val_loss")[0]):
                advice = "model.fit(x, y, validation_split=0.2)"
                return Unable(rule.PROBLEM, "no validation loss", advice)
            continue
        kind, _, statistic = need.partition(".")
        if kind == "compiled":
            if statistic not in facts.structure.compiled:
                what = f"{statistic.replace('_', ' ')} not recorded"
                return Unable(rule.PROBLEM, what, AGAIN)
            continue
        table = facts.table(kind)
        if table is None:
            switch = SWITCHES.get(kind, "")
            advice = f'InspectCallback(log_dir, record={{"{switch}": True}})' if switch else ""
            what = switch or {"step": "training steps", "input": "inputs"}.get(kind, kind)
            return Unable(rule.PROBLEM, f"{what} not recorded", advice)
        if statistic and statistic not in table.statistics:
            what = f"{statistic} of {kind} not recorded"
            return Unable(rule.PROBLEM, what, AGAIN)
    return None


def verdict_of(
    findings: Sequence[Finding], able: Sequence[Rule], unable: Sequence[Unable], samples: int
) -> Verdict:
    """Sums up findings.

    Args:
        findings: The roots, worst first.
        able: The rules that could look.
        unable: Those that could not.
        samples: Sampled steps.
    """
    serious = [finding for finding in findings if finding.rank > 0]
    alarmed = {item.problem for finding in serious for item in finding.with_related()}
    passed = sum(rule.PROBLEM not in alarmed for rule in able)
    counts = (passed, tuple(unable))
    ongoing = [finding for finding in serious if finding.ongoing]
    if ongoing:
        return Verdict(ongoing[0].severity, *_of_problem(ongoing), *counts)
    # A run that has learned nothing is not healthy, even if no fault shows.
    all_of_them = [item for finding in findings for item in finding.with_related()]
    sound = not any(item.problem == "does_not_learn" and item.ongoing for item in all_of_them)
    if serious and not sound:
        since = ", and nothing has been learned since"
        return Verdict(serious[0].severity, *_of_problem([*findings], since), *counts)
    if serious:
        short = f"recovered: {PROBLEMS[serious[0].problem].title}"
        return Verdict("recovered", short, f"Recovered: {serious[0].title}", *counts)
    if samples < FEW_SAMPLES:
        number = f"{samples} sampled step{'' if samples == 1 else 's'}"
        text = f"Too early to judge: {number}" if samples else "Nothing to judge: no sampled steps"
        return Verdict("unknown", "too early to judge", text, *counts)
    word = "healthy" if sound else "no fault found"
    return Verdict("healthy", word, _of_healthy(word, findings, *counts), *counts)


def _of_problem(ongoing: Sequence[Finding], since: str = "") -> tuple[str, str]:
    """A few words, and the line."""
    worst = ongoing[0]
    first_advice = f". Try: {worst.advice[0].text.rstrip('.')}" if worst.advice else ""
    others = len(ongoing) - 1
    more = f"; {others} more finding{'s' if others > 1 else ''}" if others else ""
    short = f"{PROBLEMS[worst.problem].title} since step {worst.first_step}"
    return short, f"{worst.severity.capitalize()}: {worst.title}{since}{first_advice}{more}"


def _of_healthy(
    word: str, notes: Sequence[Finding], passed: int, unable: tuple[Unable, ...]
) -> str:
    parts = [f"{passed} checks passed"]
    if unable:
        reasons = "; ".join(dict.fromkeys(item.reason for item in unable))
        parts.append(f"{len(unable)} could not look ({reasons})")
    if len(notes) == 1:
        parts.append(f"1 note: {notes[0].title}")
    elif notes:
        parts.append(f"{len(notes)} notes")
    return f"{word.capitalize()}: {', '.join(parts)}"
