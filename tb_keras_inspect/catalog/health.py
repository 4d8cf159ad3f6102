"""The health of a run, as every list of runs names it."""

from tb_keras_inspect.catalog.problems import PROBLEMS

# The worst first. The first three are the severity of the worst finding.
HEALTH = {
    "error": "the worst finding is an error",
    "warning": "the worst finding is a warning",
    "note": "the worst finding is a note",
    "unknown": "no findings so far: the run is still training, was interrupted, or was not diagnosed "
    "while it trained",
    "healthy": "diagnosed to its end without findings",
}


def health_text(health: str, problem: str = "", since: int = 0, ongoing: bool = True) -> str:
    """The health of a run in a few words, e.g. "dead ReLU units since step 155".

    Args:
        health: One of `HEALTH`.
        problem: Name of the worst problem, if there is one.
        since: Step at which it began.
        ongoing: Whether it was still there at the last evaluation.
    """
    if not problem:
        return "no findings" if health == "healthy" else "no findings so far"
    title = PROBLEMS[problem].title if problem in PROBLEMS else problem
    began = f"since step {since}" if since > 0 else "from the start"
    return f"{title} {began}" if ongoing else f"{title}, recovered"
