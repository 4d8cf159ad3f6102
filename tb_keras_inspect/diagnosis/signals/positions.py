"""Whether a Transformer can tell the order of a sequence."""

from tb_keras_inspect.diagnosis.signals.structure import Structure

ATTENTION = ("MultiHeadAttention", "GroupedQueryAttention", "Attention")
POOLING = ("GlobalAveragePooling1D", "GlobalMaxPooling1D")
# Layers that give the same answer for each element of a sequence, wherever it stands.
EVERYWHERE = (
    *ATTENTION,
    *POOLING,
    "InputLayer",
    "Embedding",
    "Dense",
    "EinsumDense",
    "LayerNormalization",
    "RMSNormalization",
    "Dropout",
    "Softmax",
    "Activation",
    "ReLU",
    "Add",
    "Identity",
    "Masking",
)


def lacks_positions(structure: Structure) -> bool:
    """Whether attention and pooling make a set of a sequence, and one embedding is all there is before.

    An operation that is no layer may add positions, so this is a guess for a run that does not learn.
    """
    model = structure.model
    if model is None or model.class_name not in ("Functional", "Sequential"):
        return False
    names = [layer.class_name for layer in structure.layers if layer.class_name != model.class_name]
    attends, pools = (any(x in names for x in group) for group in (ATTENTION, POOLING))
    return attends and pools and names.count("Embedding") == 1 and set(names) <= set(EVERYWHERE)
