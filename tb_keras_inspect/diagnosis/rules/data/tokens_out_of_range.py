"""Token numbers that an embedding has no vector for.

What happens then depends on the backend: an error, zeros, the last vector, or on JAX a NaN. Numbers
from 1 to the size of the vocabulary, without a place for 0, are the usual reason. Judged are inputs
that go straight into an embedding; what lies between them (a lookup, a hash, an operation such as the
remainder of a division) may change the numbers.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.advice import layer_line
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.wording import since
from tb_keras_inspect.store.model.model import LayerInfo

PROBLEM = "tokens_out_of_range"
NEEDS = ("input",)
THRESHOLDS = ()


def find(facts: Facts) -> Iterator[Finding]:
    """Yields one finding for each such input."""
    table = facts.table("input")  # the whole: the first batch may have made a NaN
    if table is None:
        return
    for row, name in enumerate(table.names):
        low, high = (table.select(statistic)[:, row] for statistic in ("min", "max"))
        for layer in _embeddings(facts, name, len(table.names)):
            size = _size(layer)
            bad = (high >= size) | (low < 0)
            numbers = (float(np.nanmin(low)), float(np.nanmax(high)))
            if size and bad.any():
                yield _finding(facts, name, layer, size, numbers, table.steps[bad])
            elif size and np.all(high < 2) and np.any((high != np.round(high)) & (high > 0)):
                yield _fractions(facts, name, layer, size, numbers)


def _embeddings(facts: Facts, name: str, count: int) -> Iterator[LayerInfo]:
    """The embeddings that receive an input as it is."""
    model = facts.structure.model
    if model is None or model.edges_from in ("order of calls", ""):
        return
    sources = {
        index
        for index, layer in enumerate(model.layers)
        if layer.class_name == "InputLayer" and (count == 1 or layer.path.split("/")[-1] == name)
    }
    computed = facts.structure.computed_tokens
    for source, target in model.edges:
        layer = model.layers[target]
        if source in sources and layer.class_name == "Embedding" and layer.path not in computed:
            yield layer


def _fractions(
    facts: Facts, name: str, layer: LayerInfo, size: int, numbers: tuple[float, float]
) -> Finding:
    """Tokens that were scaled like pixels: an embedding cuts off what follows the point."""
    low, high = numbers
    return Finding(
        problem=PROBLEM,
        variant="fractions",
        severity="error",
        confidence=0.95,
        title=f"Input {name} holds fractions from {low:.3g} to {high:.3g}, and {layer.path} takes them "
        "for the numbers of tokens",
        first_step=facts.first_step,
        last_step=facts.last_step,
        ongoing=True,
        cause="An embedding cuts off what follows the decimal point, so nearly all of these become "
        "token 0, and all inputs look alike. Token numbers must not be scaled.",
        where=Where(layers=[layer.path]),
        evidence=[
            Evidence("largest token", high, "", float(size - 1), "input", "max", name),
            Evidence("smallest token", low, "", 0.0, "input", "min", name),
        ],
        advice=[
            Advice(
                "Give the embedding the whole token numbers, as they were before they were divided.",
                'x = tokens.astype("int32")',
            )
        ],
    )


def _size(layer: LayerInfo) -> int:
    text = layer.settings.get("input_dim", "")
    return int(text) if text.isdecimal() else 0


def _finding(
    facts: Facts,
    name: str,
    layer: LayerInfo,
    size: int,
    numbers: tuple[float, float],
    steps: np.ndarray,
) -> Finding:
    low, high = numbers
    first = int(steps[0])
    variant = "too_large" if high >= size else "negative"
    worst = high if variant == "too_large" else low
    settings = layer.settings
    enough = layer_line(facts, layer.path).replace(settings["input_dim"], f"{high + 1:.0f}", 1)
    advice = [Advice(f"Make room for token {high:.0f} in {layer.path}.", enough)]
    if variant == "negative":
        text = f"Give padding and unknown words ({low:.0f}) a token number of their own, from 0 up."
        advice = [Advice(text, "x = np.where(x < 0, 0, x + 1)  # and an `input_dim` larger by 1")]
    return Finding(
        problem=PROBLEM,
        variant=variant,
        severity="error",
        confidence=1.0,
        title=f"Input {name} holds token {worst:.0f}, but {layer.path} has vectors for 0 to "
        f"{size - 1} {since(first, facts.first_step)}",
        first_step=first,
        last_step=int(steps[-1]),
        ongoing=True,
        cause="The embedding has no vector for this number. Depending on the backend it yields NaN, "
        "zeros or another token's vector.",
        where=Where(layers=[layer.path]),
        evidence=[
            Evidence("largest token", high, "", float(size - 1), "input", "max", name),
            Evidence("smallest token", low, "", 0.0, "input", "min", name),
        ],
        advice=[*advice, Advice("Or number the words from 0.", "x = x - x.min()")],
    )
