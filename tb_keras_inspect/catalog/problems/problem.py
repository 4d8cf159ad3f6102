"""What is known of a problem."""

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class Problem:
    """One kind of problem of a training run.

    Attributes:
        name: Identifier.
        title: A few words for a list: "dead ReLU units".
        meaning: One sentence on what it is.
        examines: What its rule looks at.
        why: Why the rule looks at that and not at the obvious number.
        advice: What to try first when nothing more is known.
        severities: The mildest and the worst severity that it can have.
        variants: Identifier of each form of the problem, and what that form is.
    """

    name: str
    title: str
    meaning: str
    examines: str
    why: str
    advice: str
    severities: tuple[str, str]
    variants: Mapping[str, str]
