"""A layer that passes on the same for every input, whatever the weights before it.

BatchNormalization of vectors with one sample in a batch: each is its own mean. LayerNormalization of a
single number: it is its own mean, too. A frozen embedding whose vectors are all zero.
"""

from collections.abc import Iterator

import numpy as np

from tb_keras_inspect.diagnosis.evidence import loss_fraction
from tb_keras_inspect.diagnosis.finding import Advice, Evidence, Finding, Where
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import median
from tb_keras_inspect.diagnosis.wording import listed

PROBLEM = "constant_output"
NEEDS = ("activation",)
THRESHOLDS = ()
LEAST_SAMPLES = 5


def find(facts: Facts) -> Iterator[Finding]:
    """Yields at most one finding."""
    if not facts.progress.has_learned:
        yield from _one_sample(facts) or _one_number(facts) or _frozen_zeros(facts)


def _one_sample(facts: Facts) -> list[Finding]:
    """BatchNormalization of vectors, one in a batch: each is its own mean, so nothing is left of it."""
    step = facts.track("step")
    if step is None or not step.has("batch_size") or median(step.column("batch_size")) != 1:
        return []
    structure = facts.structure
    sites = [site for site in structure.leaves if structure.class_of(site) == "BatchNormalization"]
    paths = [
        structure.layers[site.layer].path
        for site in sites
        if len(site.shape) == 2 and structure.layers[site.layer].trainable
    ]
    if not paths:
        return []
    return _finding(
        facts,
        paths,
        "one_sample",
        0.95,
        f"{listed(paths)} normalise batches of a single sample: the result is the same for every input",
        "A BatchNormalization subtracts the mean of the batch. The mean of one sample is the sample "
        "itself, so 0 is left, whatever the input.",
        Evidence("samples in a batch", 1.0, "samples", 1.0, "step", "batch_size"),
        [
            Advice("Use larger batches.", "model.fit(x, y, batch_size=32)"),
            Advice(
                "Or use a normalisation that does not look at the batch.",
                "keras.layers.LayerNormalization()",
            ),
        ],
    )


def _one_number(facts: Facts) -> list[Finding]:
    structure = facts.structure
    paths = [
        structure.layers[site.layer].path
        for site in structure.leaves
        if structure.class_of(site) == "LayerNormalization"
        and site.shape[-1:] == (1,)
        and structure.layers[site.layer].settings.get("axis", "-1")
        in ("-1", f"{len(site.shape) - 1}")
    ]
    if not paths:
        return []
    return _finding(
        facts,
        paths,
        "one_number",
        0.98,
        f"{listed(paths)} normalises a single number: the result is the same for every input",
        "A LayerNormalization subtracts the mean over the features of each sample. With one feature "
        "that is the number itself, so 0 is left, and no gradient passes.",
        Evidence("features that are normalised together", 1.0, "", 1.0),
        [Advice(f"Remove {paths[0]}, or normalise in front of the last Dense layer.")],
    )


def _frozen_zeros(facts: Facts) -> list[Finding]:
    """An embedding that is frozen, and 0 for every token."""
    track, structure = facts.track("activation"), facts.structure
    if track is None or len(track) < LEAST_SAMPLES:
        return []
    found = {
        structure.layers[site.layer].path: site.name
        for site in structure.leaves
        if structure.class_of(site) == "Embedding"
        and not structure.layers[site.layer].trainable
        and track.row(site.name) is not None
        and not np.any(track.thin("max_abs")[:, track.rows([site.name])])
    }
    if not found:
        return []
    path, site_name = next(iter(found.items()))
    return _finding(
        facts,
        list(found),
        "zeros",
        0.98,
        f"{listed(found)} is frozen and outputs 0 for every token: all inputs look alike",
        "Its vectors are all zero, and as it is frozen they stay so. Most likely the words of the "
        "vocabulary were not found among the pretrained vectors, for example for upper and lower case, "
        "or the matrix was never filled.",
        Evidence("largest output", 0.0, "", None, "activation", "max_abs", site_name),
        [
            Advice(
                f"Check the matrix that {path} was given: how many of its vectors are not zero?",
                "print((embedding_matrix != 0).any(axis=1).mean())",
            ),
            Advice(
                "Or train the embedding.",
                f'model.get_layer("{path.split("/")[-1]}").trainable = True',
            ),
        ],
    )


def _finding(
    facts: Facts,
    paths: list[str],
    variant: str,
    confidence: float,
    title: str,
    cause: str,
    evidence: Evidence,
    advice: list[Advice],
) -> list[Finding]:
    """An error from the first step on, with the loss beside what it rests on."""
    finding = Finding(
        problem=PROBLEM,
        variant=variant,
        severity="error",
        confidence=confidence,
        title=title,
        first_step=facts.first_step,
        last_step=facts.last_step,
        ongoing=True,
        cause=cause,
        where=Where(layers=paths),
        evidence=[evidence, *loss_fraction(facts)],
        advice=advice,
    )
    return [finding]
