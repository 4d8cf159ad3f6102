"""The kinds of records and their tags."""

import enum

from tb_keras_inspect.catalog.kind_facts import FACTS, Form, KindFacts

PLUGIN_NAME = "keras_inspect"
FIXED_SET = "fixed set"  # `ModelRecord.data`: each epoch has the same samples
TAG_PREFIX = PLUGIN_NAME + "/"
SCHEMA_VERSION = 1


class Kind(str, enum.Enum):
    """What a tag holds; its value is the tag without the prefix. Facts about each: `kind_facts.py`."""

    MODEL = "model"
    # Tables. Rows of the first five are the trainable variables, of `activation` the sites.
    GRADIENT = "gradient"
    ACCUMULATED_GRADIENT = "accumulated_gradient"
    WEIGHT = "weight"
    UPDATE = "update"
    OPTIMIZER = "optimizer"
    ACTIVATION = "activation"
    # One row: numbers of a step; of an epoch, at its last step. Then a row for each input, target.
    STEP = "step"
    EPOCH = "epoch"
    INPUT = "input"
    TARGET = "target"
    CHECKSUM = "checksum"
    CONTROL = "control"
    FINDING = "finding"
    SAMPLE_LOSS = "sample_loss"
    SAMPLE_INPUT = "sample_input"
    UNITS = "units"
    GRADIENT_HISTOGRAM = "gradient_histogram"
    WEIGHT_HISTOGRAM = "weight_histogram"
    UPDATE_HISTOGRAM = "update_histogram"
    ACTIVATION_HISTOGRAM = "activation_histogram"
    # Of the probe samples, at each snapshot. Tables:
    PREDICTION = "prediction"
    REPRESENTATION = "representation"
    # Blob sequences:
    MAPS = "maps"
    ATTENTION = "attention"
    SALIENCY = "saliency"
    GRAD_CAM = "grad_cam"
    KERNELS = "kernels"
    ACTIVATION_FUNCTION = "activation_function"
    PROBE = "probe"

    @property
    def facts(self) -> KindFacts:
        """What is known about it."""
        return FACTS[self.value]

    @property
    def tag(self) -> str:
        """The summary tag, e.g. `keras_inspect/gradient`."""
        return TAG_PREFIX + self.value

    @property
    def columns(self) -> tuple[str, ...]:
        """The statistics of a table, in the order in which they are stored."""
        return self.facts.columns

    @property
    def is_blob_sequence(self) -> bool:
        """Whether values are blob sequences (read one blob at a time) rather than tensors."""
        return self.facts.form in (Form.PICTURES, Form.CURVES, Form.PROBE)

    @property
    def is_table(self) -> bool:
        """Whether values are `TableRecord`s."""
        return self.facts.form is Form.TABLE

    @property
    def histogram(self) -> "Kind":
        """The histogram kind that goes with a statistics kind.

        Raises:
            ValueError: if there is none.
        """
        return Kind(self.value + "_histogram")

    @classmethod
    def of_tag(cls, tag: str) -> "Kind | None":
        """The kind of a summary tag; None where there is none."""
        return _BY_TAG.get(tag)


_BY_TAG = {kind.tag: kind for kind in Kind}


def _with(*forms: Form) -> tuple[Kind, ...]:
    return tuple(kind for kind in Kind if kind.facts.form in forms)


TABLE_KINDS = _with(Form.TABLE)
PICTURE_KINDS = _with(Form.PICTURES)
INDEXED_KINDS = _with(Form.PICTURES, Form.CURVES)  # whose first blob is a `MapIndex`
HISTOGRAM_KINDS = _with(Form.HISTOGRAM)
# In the order in which a step computes them: the first that is not finite is where a NaN began. The
# weights are those that the forward pass used, `STEP` is the loss.
COMPUTED_KINDS = (
    Kind.INPUT,
    Kind.TARGET,
    Kind.WEIGHT,
    Kind.ACTIVATION,
    Kind.STEP,
    Kind.GRADIENT,
    Kind.UPDATE,
    Kind.EPOCH,
)
# Of one layer: its variables and its outputs, those that have a histogram too.
LAYER_KINDS = tuple(
    kind for kind in TABLE_KINDS if f"{kind.value}_histogram" in {h.value for h in HISTOGRAM_KINDS}
)
