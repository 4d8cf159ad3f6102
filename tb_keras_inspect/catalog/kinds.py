"""Names that writer and readers share: the plugin, its tags, its statistics."""

import enum

PLUGIN_NAME = "keras_inspect"
TAG_PREFIX = PLUGIN_NAME + "/"
SCHEMA_VERSION = 1

# Statistics of every tensor, in the order in which they are stored.
TENSOR_STATISTICS = ("l2", "mean", "std", "max_abs", "zero_fraction", "nonfinite_count")
UPDATE_STATISTICS = (*TENSOR_STATISTICS, "ratio")
ACTIVATION_STATISTICS = (*TENSOR_STATISTICS, "saturated_fraction", "dead_fraction")
REPRESENTATION_STATISTICS = ("effective_rank", "rank_fraction", "dimensions", "observations")
RANGE_STATISTICS = ("min", "max", "mean", "std", "nonfinite_count")


class Kind(str, enum.Enum):
    """What a tag holds; its value is the tag without the prefix."""

    MODEL = "model"
    # Tables. Rows of the first four are the trainable variables, of `activation` the sites.
    GRADIENT = "gradient"
    ACCUMULATED_GRADIENT = "accumulated_gradient"  # of the steps that apply it
    WEIGHT = "weight"
    UPDATE = "update"
    ACTIVATION = "activation"
    # One row: numbers of the step as a whole; of an epoch, at its last step (the logs of Keras);
    # and one row per model input, and per target.
    STEP = "step"
    EPOCH = "epoch"
    INPUT = "input"
    TARGET = "target"
    CONTROL = "control"  # what somebody commanded while it trained
    UNITS = "units"
    GRADIENT_HISTOGRAM = "gradient_histogram"
    WEIGHT_HISTOGRAM = "weight_histogram"
    UPDATE_HISTOGRAM = "update_histogram"
    ACTIVATION_HISTOGRAM = "activation_histogram"
    # Of the probe samples, at each snapshot. Tables: the model's outputs, a row a sample; how many
    # directions each layer's output varies in.
    PREDICTION = "prediction"
    REPRESENTATION = "representation"
    # Blob sequences. All but the last are a `MapIndex` and what it names.
    MAPS = "maps"  # activations
    ATTENTION = "attention"
    SALIENCY = "saliency"
    GRAD_CAM = "grad_cam"
    KERNELS = "kernels"
    ACTIVATION_FUNCTION = "activation_function"
    PROBE = "probe"

    @property
    def tag(self) -> str:
        """The summary tag, e.g. `keras_inspect/gradient`."""
        return TAG_PREFIX + self.value

    @property
    def is_blob_sequence(self) -> bool:
        """Whether values are blob sequences (read one blob at a time) rather than tensors."""
        return self in BLOB_KINDS

    @property
    def is_table(self) -> bool:
        """Whether values are `TableRecord`s."""
        return self in TABLE_KINDS

    @property
    def histogram(self) -> "Kind":
        """The histogram kind that goes with a statistics kind.

        Raises:
            ValueError: if there is none.
        """
        return Kind(self.value + "_histogram")


TABLE_KINDS = (
    Kind.GRADIENT,
    Kind.ACCUMULATED_GRADIENT,
    Kind.WEIGHT,
    Kind.UPDATE,
    Kind.ACTIVATION,
    Kind.STEP,
    Kind.EPOCH,
    Kind.INPUT,
    Kind.TARGET,
    Kind.PREDICTION,
    Kind.REPRESENTATION,
)
PICTURE_KINDS = (Kind.MAPS, Kind.ATTENTION, Kind.SALIENCY, Kind.GRAD_CAM, Kind.KERNELS)
BLOB_KINDS = (*PICTURE_KINDS, Kind.ACTIVATION_FUNCTION, Kind.PROBE)
HISTOGRAM_KINDS = tuple(kind for kind in Kind if kind.value.endswith("_histogram"))
