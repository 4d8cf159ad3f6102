"""Names that writer and readers share: the plugin, its tags, its statistics."""

import enum

PLUGIN_NAME = "keras_inspect"
TAG_PREFIX = PLUGIN_NAME + "/"
SCHEMA_VERSION = 1

# Statistics of every tensor, in the order in which they are stored.
TENSOR_STATISTICS = ("l2", "mean", "std", "max_abs", "zero_fraction", "nonfinite_count")
UPDATE_STATISTICS = (*TENSOR_STATISTICS, "ratio")
ACTIVATION_STATISTICS = (*TENSOR_STATISTICS, "saturated_fraction", "dead_fraction")
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
    UNITS = "units"
    GRADIENT_HISTOGRAM = "gradient_histogram"
    WEIGHT_HISTOGRAM = "weight_histogram"
    UPDATE_HISTOGRAM = "update_histogram"
    ACTIVATION_HISTOGRAM = "activation_histogram"
    # Blob sequences.
    MAPS = "maps"
    PROBE = "probe"

    @property
    def tag(self) -> str:
        """The summary tag, e.g. `keras_inspect/gradient`."""
        return TAG_PREFIX + self.value

    @property
    def is_blob_sequence(self) -> bool:
        """Whether values are blob sequences (read one blob at a time) rather than tensors."""
        return self in (Kind.MAPS, Kind.PROBE)

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
)
HISTOGRAM_KINDS = tuple(kind for kind in Kind if kind.value.endswith("_histogram"))
