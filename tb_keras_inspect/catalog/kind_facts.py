"""What is known about each kind of record: its message, rows and columns, and how it is read."""

import dataclasses
import enum

from tb_keras_inspect.catalog.optimizer_statistics import OPTIMIZER_STATISTICS
from tb_keras_inspect.catalog.run_statistics import REPRESENTATION_STATISTICS, STEP_STATISTICS
from tb_keras_inspect.catalog.tensor_statistics import (
    ACTIVATION_STATISTICS,
    CHECKSUM_STATISTICS,
    GRADIENT_STATISTICS,
    RANGE_STATISTICS,
    TENSOR_STATISTICS,
    UPDATE_STATISTICS,
)


class Form(str, enum.Enum):
    """The message that a kind's records hold."""

    MODEL = "ModelRecord"
    TABLE = "TableRecord"
    UNITS = "UnitsRecord"
    HISTOGRAM = "HistogramRecord"
    SAMPLE_LOSS = "SampleLossRecord"
    SAMPLE_INPUT = "SampleInputRecord"
    CONTROL = "ControlRecord"
    FINDING = "FindingRecord"
    # Blob sequences. The first two begin with a `MapIndex`.
    PICTURES = "MapRecord"
    CURVES = "ActivationFunctionRecord"
    PROBE = "ProbeRecord"


class Rows(str, enum.Enum):
    """What a record has a row, or a picture, for."""

    NONE = ""
    VARIABLES = "variables"  # the trainable ones of the model record
    SITES = "sites"  # layer outputs of the model record
    INPUTS = "inputs"  # of the model record
    TENSORS = "tensors"  # of the model record
    ONE = "one"
    NAMED = "named"  # each record names its rows


class Live(str, enum.Enum):
    """How the diagnosis keeps a kind in memory while training runs."""

    NO = "no"
    THINNED = "thinned"
    WHOLE = "whole"  # small, and needed whole


@dataclasses.dataclass(frozen=True)
class KindFacts:
    """What is known about a kind.

    Attributes:
        form: The message of its records.
        title: As a heading of the tab; "" where the tab lists it nowhere.
        rows: What the rows are.
        columns: The statistics of a table, in order; empty where the records name them.
        meaning: What it holds, for the table of docs/records.md.
        row_text: What the rows are, for the same table; "" where `rows` says it.
        live: How the diagnosis keeps it while training runs.
        per_part: Whether each replica has values of its own part of the batch.
        many_rows: Whether its records grow with the model.
        missing: How an error names one of its rows; "" for a table.
    """

    form: Form
    title: str = ""
    rows: Rows = Rows.NONE
    columns: tuple[str, ...] = ()
    meaning: str = ""
    row_text: str = ""
    live: Live = Live.NO
    per_part: bool = False
    many_rows: bool = False
    missing: str = ""


def _tensors(
    title: str,
    meaning: str,
    columns: tuple[str, ...] = TENSOR_STATISTICS,
    rows: Rows = Rows.VARIABLES,
    live: Live = Live.THINNED,
    per_part: bool = False,
) -> KindFacts:
    return KindFacts(
        Form.TABLE, title, rows, columns, meaning, live=live, per_part=per_part, many_rows=True
    )


def _range(title: str, meaning: str, rows: Rows, row_text: str = "") -> KindFacts:
    return KindFacts(
        Form.TABLE, title, rows, RANGE_STATISTICS, meaning, row_text, Live.THINNED, per_part=True
    )


def _histogram(rows: Rows = Rows.VARIABLES, per_part: bool = False) -> KindFacts:
    meaning = "counts by sign and power of two"
    return KindFacts(Form.HISTOGRAM, "", rows, (), meaning, per_part=per_part, many_rows=True)


def _pictures(title: str, row_text: str, meaning: str, missing: str) -> KindFacts:
    return KindFacts(Form.PICTURES, title, Rows.NAMED, (), meaning, row_text, missing=missing)


FACTS: dict[str, KindFacts] = {
    "model": KindFacts(
        Form.MODEL,
        meaning="layers, variables, sites, edges, options, versions, what the model was "
        "compiled with; written again when these change",
        live=Live.WHOLE,
    ),
    "gradient": _tensors(
        "Gradient", "of the batch, unscaled, before clipping", GRADIENT_STATISTICS
    ),
    "accumulated_gradient": _tensors(
        "Accumulated gradient",
        "of the mean over accumulated batches, at the steps that apply it",
        live=Live.NO,
    ),
    "weight": _tensors("Weight", "of the value before the step"),
    "update": _tensors("Update", "of the change made by the step", UPDATE_STATISTICS),
    "optimizer": _tensors(
        "Optimizer",
        "of what the optimizer remembers of the variable, at the steps that apply a gradient; see "
        "[the optimizer](howto/optimizer.md)",
        OPTIMIZER_STATISTICS,
    ),
    "activation": _tensors(
        "Activation",
        "of the batch",
        ACTIVATION_STATISTICS,
        Rows.SITES,
        per_part=True,
    ),
    "step": KindFacts(
        Form.TABLE,
        "Training step",
        Rows.ONE,
        STEP_STATISTICS,
        "see below",
        live=Live.THINNED,
        per_part=True,
    ),
    "epoch": KindFacts(
        Form.TABLE,
        "Epoch",
        Rows.ONE,
        (),
        "what Keras logs at the end of the epoch, under its names, and `epoch`",
        live=Live.WHOLE,
    ),
    "input": _range("Input", "of the batch", Rows.INPUTS),
    "target": _range(
        "Target", "of the batch", Rows.NAMED, "the batch's targets, named in each record"
    ),
    "checksum": KindFacts(
        Form.TABLE,
        "",
        Rows.TENSORS,
        CHECKSUM_STATISTICS,
        "of whole tensors, each named by its phase of the step, such as `gradient/hidden/kernel`; "
        "see [two runs](howto/two_runs.md)",
        per_part=True,
        many_rows=True,
    ),
    "control": KindFacts(
        Form.CONTROL,
        meaning="steering commands before this step, and breakpoints reached; "
        "see [steering](control.md)",
    ),
    "finding": KindFacts(
        Form.FINDING,
        meaning="what the diagnosis reported while the run trained: problems found, worse, over; "
        "see [diagnosis](diagnosis.md#what-was-reported-during-training)",
    ),
    "sample_loss": KindFacts(
        Form.SAMPLE_LOSS,
        rows=Rows.NAMED,
        columns=("loss", "label", "prediction"),
        meaning="loss of each example of the batch before it is reduced, what its label and the "
        "model's answer were where they are classes or numbers, and a fingerprint of its inputs; "
        "see [examples](howto/samples.md)",
        row_text="the examples with the largest losses, at most 1024",
        live=Live.THINNED,
        per_part=True,
    ),
    "sample_input": KindFacts(
        Form.SAMPLE_INPUT,
        rows=Rows.NAMED,
        meaning="inputs of single examples as maps, or text; see [examples](howto/samples.md)",
        row_text="at most four examples of a step, those with the largest losses, each once",
    ),
    "units": KindFacts(
        Form.UNITS,
        "Units",
        Rows.SITES,
        (),
        "max \\|x\\| over the batch, for each unit",
        live=Live.THINNED,
        per_part=True,
        many_rows=True,
    ),
    "gradient_histogram": _histogram(),
    "weight_histogram": _histogram(),
    "update_histogram": _histogram(),
    "activation_histogram": _histogram(Rows.SITES, per_part=True),
    "prediction": KindFacts(
        Form.TABLE,
        "Prediction",
        Rows.NAMED,
        (),
        "the model's outputs, one column per value: `<output>/<number>`",
        "the probe samples, named in each record",
    ),
    "representation": KindFacts(
        Form.TABLE,
        "Representation",
        Rows.NAMED,
        REPRESENTATION_STATISTICS,
        "of layer outputs for the probe samples",
        "sites, named in each record",
    ),
    "maps": _pictures(
        "Activations", "sites", "layer outputs for the probe samples", "layer with maps"
    ),
    "attention": _pictures(
        "Attention",
        "layer calls",
        "attention scores, per head, query x key",
        "layer with attention scores",
    ),
    "saliency": _pictures(
        "Saliency",
        "model inputs",
        "gradient of a score with respect to the input",
        "input with saliency",
    ),
    "grad_cam": _pictures(
        "Grad-CAM",
        "one site",
        "where the output of a convolution supports a score",
        "layer with Grad-CAM",
    ),
    "kernels": _pictures(
        "Kernels",
        "variables of rank 2 and higher",
        "weights as pictures",
        "variable with pictures",
    ),
    "activation_function": KindFacts(
        Form.CURVES,
        "Activation functions",
        Rows.NAMED,
        (),
        "activation functions over the pre-activations they received",
        "layer calls",
        missing="layer with an activation function",
    ),
    "probe": KindFacts(
        Form.PROBE, "Probe samples", meaning="the probe samples and their labels, once"
    ),
}
