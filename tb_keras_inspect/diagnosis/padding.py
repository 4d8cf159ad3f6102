"""Sequences that are mostly padding, read by a layer that is not told so."""

import dataclasses

from tb_keras_inspect.diagnosis.advice import layer_line
from tb_keras_inspect.diagnosis.finding import Advice
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.onset import median
from tb_keras_inspect.diagnosis.signals.structure import RECURRENT

MOSTLY = 0.6  # fraction of zeros in the input; a vocabulary without padding has hardly any
WRAPPED = (*RECURRENT, "Bidirectional", "ConvLSTM1D")


@dataclasses.dataclass(frozen=True)
class Padding:
    """What pads, and what reads it.

    Attributes:
        name: Input.
        fraction: Part of it that is zero.
        embedding: Path of the embedding that could mask it.
        reader: Path of the recurrent layer.
    """

    name: str
    fraction: float
    embedding: str
    reader: str


def padding_text(padding: Padding) -> str:
    """What pads, for a title."""
    share = f"{100 * padding.fraction:.0f} %"
    return f"{share} of {padding.name} is padding, which {padding.reader} reads like words"


def mask(facts: Facts, padding: Padding) -> list[Advice]:
    """What to try."""
    return [
        Advice("Have the padding masked.", layer_line(facts, padding.embedding, mask_zero="True")),
        Advice(
            "Or put it in front of the words, and cut it shorter.",
            'keras.utils.pad_sequences(x, maxlen=longest, padding="pre")',
        ),
    ]


def unmasked_padding(facts: Facts) -> Padding | None:
    """Token sequences that are mostly zero, in front of a recurrent layer without a mask."""
    track, layers = facts.track("input"), facts.structure.layers
    if track is None or not track.has("zero_fraction") or len(track.names) != 1:
        return None
    if any(layer.class_name == "Masking" for layer in layers):
        return None
    words = [x for x in layers if x.class_name == "Embedding"]
    readers = [layer for layer in layers if layer.class_name in WRAPPED]
    fraction = float(median(track.thin("zero_fraction")[:, 0]))
    if len(words) != 1 or words[0].settings.get("mask_zero") == "True" or not readers:
        return None
    if not fraction >= MOSTLY or float(median(track.thin("min")[:, 0])) != 0:
        return None
    return Padding(track.names[0], fraction, words[0].path, readers[0].path)
