"""What the learning rate does over the run."""

import numpy as np

from tb_keras_inspect.diagnosis.signals.facts import Facts


def warms_up(facts: Facts) -> bool:
    """Whether the learning rate is still rising at the end of what was recorded."""
    step = facts.track("step")
    rate = step.column("learning_rate") if step is not None else np.zeros(0)
    if not len(rate) or not np.isfinite(rate).all():
        return False
    half = len(rate) // 2
    return bool(rate[-1] > 1.2 * rate[half] and np.all(np.diff(rate[half:]) >= 0))
