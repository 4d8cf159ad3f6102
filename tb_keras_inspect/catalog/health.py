"""The health of a run in a list of runs: the states of a verdict, the worst first."""

HEALTH = {
    "error": "the worst problem is an error",
    "warning": "the worst problem is a warning",
    "recovered": "what was wrong is over",
    "unknown": "no verdict yet: the run is still training, was interrupted, was too short, or was not "
    "diagnosed while it trained",
    "healthy": "diagnosed to its end, and no problem was found",
}
