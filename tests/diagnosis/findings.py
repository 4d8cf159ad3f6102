"""Findings made by hand."""

from tb_keras_inspect.diagnosis import Advice, Evidence, Finding, Where


def make(problem="dying_relu", severity="warning", **options):
    """A finding with every part, of which options replace some."""
    settings = {
        "confidence": 0.9,
        "title": "hidden_1 has dead units since step 5",
        "first_step": 5,
        "last_step": 90,
        "ongoing": True,
        "cause": "One sentence. " * 12,
        "where": Where(["hidden_1"], {"hidden_1": [0, 3]}, ["hidden_1/kernel"]),
        "evidence": [Evidence("dead units", 0.94, "%", 0.5, "activation", "dead_fraction", "h")],
        "advice": [Advice("Lower the rate.", "optimizer=Adam(1e-4)")],
    }
    return Finding(problem, severity, **(settings | options))
