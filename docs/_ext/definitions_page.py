"""Makes docs/definitions.md: `python docs/_ext/definitions_page.py [--check]`.

The words are those that the tab shows (`catalog/statistics.py`), the names those of the records
(`catalog/kinds.py`); formulas and sources stand here. A statistic that lacks one is an error, and
tests/docs/test_definitions.py holds the formulas against a real training.
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

from tb_keras_inspect.catalog import run_statistics, tensor_statistics
from tb_keras_inspect.catalog.statistics import definition

PAGE = HERE.parent / "definitions.md"
STEP = (
    "loss",
    "learning_rate",
    "gradient_norm",
    "gradient_norm_clipped",
    "accumulated_gradient_norm",
    "loss_scale",
    "batch_size",
    "epoch",
    "dead_window",
    "interval",
    "step_seconds",
    "sample_seconds",
)
WORDS = {"batch_size": "samples in the batch"}
# Formula (NumPy where it can be), unit, source. x: all elements of one tensor at one step.
FORMULAS = {
    "l2": ("np.sqrt(np.sum(x**2))", "of x", "`training/reduce/statistics.py`"),
    "mean": ("np.mean(x)", "of x", "`training/reduce/statistics.py`"),
    "std": ("np.std(x)", "of x", "`training/reduce/statistics.py`"),
    "max_abs": ("np.max(np.abs(x))", "of x", "`training/reduce/statistics.py`"),
    "zero_fraction": ("np.mean(x == 0)", "share", "`training/reduce/statistics.py`"),
    "nonfinite_count": ("np.sum(~np.isfinite(x))", "elements", "`training/reduce/statistics.py`"),
    "min": ("np.min(x)", "of x", "`training/reduce/statistics.py`"),
    "max": ("np.max(x)", "of x", "`training/reduce/statistics.py`"),
    "ratio": (
        "np.sqrt(np.sum((after - before)**2)) / np.sqrt(np.sum(before**2))",
        "quotient",
        "[cs231n](https://cs231n.github.io/neural-networks-3/#ratio): about 1e-3 is usual; `training/step/pack.py`",
    ),
    "saturated_fraction": (
        "np.mean(slope(x) < largest_slope / 40)",
        "share",
        "sigmoid, tanh, softsign, their hard forms, relu6; of softmax the share of samples; "
        "`training/reduce/saturation.py`",
    ),
    "dead_fraction": (
        "np.mean(np.all(max_abs[window] == 0, axis=0)), max_abs of each unit and batch",
        "share",
        "`training/dead_units.py`; the window is `dead_window`",
    ),
    "loss": (
        "what the training step computed for this batch",
        "of the loss",
        "`training/step/instrumented_step.py`",
    ),
    "learning_rate": ("optimizer.learning_rate", "of the rate", "`training/hooks/optimizers.py`"),
    "gradient_norm": (
        "np.sqrt(sum(np.sum(g**2) for g in gradients))",
        "of the gradients",
        "before clipping, unscaled; `training/step/pack.py`",
    ),
    "gradient_norm_clipped": (
        "the same of the gradients after clipping",
        "of the gradients",
        "`training/hooks/optimizers.py`",
    ),
    "accumulated_gradient_norm": (
        "the same of the mean over accumulated batches",
        "of the gradients",
        "`training/step/pack.py`",
    ),
    "loss_scale": ("loss * loss_scale is differentiated", "factor", "Keras's LossScaleOptimizer"),
    "batch_size": ("len(x)", "samples", "`training/step/batch.py`"),
    "epoch": ("epochs begun before this one", "epochs", "`callback.py`"),
    "dead_window": ("sampled batches of the last epoch", "batches", "`training/dead_units.py`"),
    "interval": ("steps between two samples", "steps", "`training/schedule.py`"),
    "step_seconds": ("median over unsampled steps", "s", "`training/schedule.py`"),
    "sample_seconds": (
        "median over samples of (sampled step - plain step)",
        "s",
        "`training/schedule.py`",
    ),
    "effective_rank": (
        "least k with sum(e[:k]) >= 0.99 * sum(e), e: eigenvalues of the covariance, falling",
        "directions",
        "`training/probe/effective_rank.py`",
    ),
    "rank_fraction": (
        "effective_rank / min(dimensions, observations - 1)",
        "share",
        "`training/probe/effective_rank.py`",
    ),
    "dimensions": ("features of the output", "features", "`training/probe/effective_rank.py`"),
    "observations": (
        "feature vectors, at most 128",
        "vectors",
        "`training/probe/effective_rank.py`",
    ),
}
SECTIONS = (
    (
        "Of every tensor",
        tensor_statistics.TENSOR_STATISTICS,
        "Kinds `gradient`, `accumulated_gradient`, `weight`, `update` (a row a trainable variable) and "
        "`activation` (a row an output of a layer). Of large tensors some look at part of the "
        "elements, see [below](#what-is-looked-at); `l2` and `nonfinite_count` of variables always look "
        "at all.",
    ),
    (
        "Of updates also",
        tensor_statistics.UPDATE_STATISTICS[len(tensor_statistics.TENSOR_STATISTICS) :],
        "",
    ),
    (
        "Of outputs also",
        tensor_statistics.ACTIVATION_STATISTICS[len(tensor_statistics.TENSOR_STATISTICS) :],
        "",
    ),
    ("Of inputs and targets", tensor_statistics.RANGE_STATISTICS, "Kinds `input` and `target`."),
    ("Of the step as a whole", STEP, "Kind `step`, one row."),
    ("Of the representation", run_statistics.REPRESENTATION_STATISTICS, "Kind `representation`."),
)
HEAD = """# What each number is

<!-- Made by docs/_ext/definitions_page.py from the code: change it there. -->

Every number that is recorded, with its formula and where it comes from. Values that are not finite are
never left out: a NaN in x makes the number NaN, and `nonfinite_count` says how many there are.
"""
TAIL = """## What is looked at

| tier | outputs of layers | variables |
| --- | --- | --- |
| `economy` | the first samples of the batch, up to 16,384 elements of each output | as `standard`; no histograms, no units |
| `standard` | the first samples of the batch, up to 65,536 elements | zeros among at most 16,384 evenly spaced elements; mean and maximum of tensors above 262,144 elements of these too; histograms of at most 4,096 |
| `full` | all | all |

## Of the probe samples

| number | formula | source |
| --- | --- | --- |
| saliency | abs(d score / d input), of images the largest over the channels; score: the logit of the class that is largest | Simonyan et al., 2013; `training/probe/pictures/gradients.py` |
| Grad-CAM | max(0, sum over c of mean over positions(d score / d A[c]) * A[c]), A: output of a convolution | Selvaraju et al., 2017; `training/probe/pictures/gradients.py` |
| attention | softmax(q k / sqrt(d) + mask), as the layer itself computes it | `training/probe/pictures/attention.py` |
| flat_fraction | share of pre-activations where the slope is under 1/40 of the steepest | `training/probe/pictures/activation_functions.py` |

How they are stored: [records](records.md#arrays).

## Headline numbers

With `InspectCallback(record={"scalars": True})` also as ordinary scalars:

| tag | formula |
| --- | --- |
| `inspect/gradient_norm` | `gradient_norm` above |
| `inspect/update_ratio` | l2 of the updates of all recorded variables together / l2 of these variables before |
| `inspect/dead_share` | dead units / units, of all recorded layers together |

## Thresholds of the diagnosis

Each with its source: [diagnosis](diagnosis.md#thresholds).
"""


def page() -> str:
    """The page's text.

    Raises:
        KeyError: for a statistic that has no formula.
    """
    parts = [HEAD]
    for title, statistics, text in SECTIONS:
        parts += [f"## {title}\n", *([f"{text}\n"] if text else []), _table(statistics)]
    return "\n".join([*parts, TAIL])


def _table(statistics) -> str:
    rows = ["| number | what it is | formula | unit | source |", "| --- | --- | --- | --- | --- |"]
    for name in statistics:
        formula, unit, source = FORMULAS[name]
        words = WORDS.get(name) or definition(name)
        if not words:
            raise KeyError(f"{name} has no definition")
        rows.append(f"| `{name}` | {words} | `{formula}` | {unit} | {source} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(PAGE.read_text(encoding="utf-8") != page())
    PAGE.write_text(page(), encoding="utf-8")
