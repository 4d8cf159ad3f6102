"""Evidence that several rules give."""

from tb_keras_inspect.diagnosis.finding import Evidence
from tb_keras_inspect.diagnosis.signals.facts import Facts


def loss_fraction(facts: Facts, limit: float | None = None) -> list[Evidence]:
    """The loss at the end relative to the baseline loss; nothing if the loss cannot be judged."""
    if not facts.progress.known:
        return []
    fraction = facts.progress.fraction
    return [Evidence("loss, relative to the baseline", fraction, "%", limit, "step", "loss")]
