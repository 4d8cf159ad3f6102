"""Statistics of tensors: gradients, weights, updates, layer outputs, inputs and targets."""

from tb_keras_inspect.catalog.statistic import Format, Merge, Scale, Statistic

_TENSORS = "`training/reduce/statistics.py`"
_MOVING = "`training/reduce/batch_norm.py`"
_CHECKSUMS = "`training/reduce/checksums.py`"

ENTRIES = (
    Statistic(
        "l2",
        title="L2 norm",
        short="L2",
        meaning="square root of the sum of squares of all elements",
        formula="np.sqrt(np.sum(x**2))",
        unit="of x",
        source=_TENSORS,
        scale=Scale.LOG,
        merge=Merge.L2,
    ),
    Statistic(
        "mean",
        title="Mean",
        short="mean",
        meaning="mean of all elements",
        formula="np.mean(x)",
        unit="of x",
        source=_TENSORS,
        scale=Scale.DIVERGING,
        merge=Merge.MEAN,
    ),
    Statistic(
        "std",
        title="Standard deviation",
        short="std",
        meaning="standard deviation of all elements",
        formula="np.std(x)",
        unit="of x",
        source=_TENSORS,
        scale=Scale.LOG,
        merge=Merge.STD,
    ),
    Statistic(
        "max_abs",
        title="Largest magnitude",
        short="max |x|",
        meaning="largest magnitude of all elements",
        formula="np.max(np.abs(x))",
        unit="of x",
        source=_TENSORS,
        scale=Scale.LOG,
        merge=Merge.MAX,
    ),
    Statistic(
        "zero_fraction",
        title="Zeros",
        short="zeros",
        meaning="fraction of elements that are exactly zero",
        formula="np.mean(x == 0)",
        unit="fraction",
        source=_TENSORS,
        format=Format.PERCENT,
        merge=Merge.MEAN,
    ),
    Statistic(
        "nonfinite_count",
        title="Non-finite values",
        short="NaN",
        meaning="number of elements that are NaN or infinite",
        formula="np.sum(~np.isfinite(x))",
        unit="elements",
        source=_TENSORS,
        format=Format.COUNT,
        merge=Merge.SUM,
    ),
    Statistic(
        "cosine",
        title="Cosine to the previous sample",
        short="cosine",
        meaning="cosine between the gradient and that of the sample before, over at most 1,024 "
        "evenly spaced elements (fewer in models of more than 256 variables); NaN at the first "
        "sample and where either is zero or not finite",
        formula="np.dot(x, previous) / np.sqrt(np.dot(x, x) * np.dot(previous, previous))",
        unit="from -1 to 1",
        source="`training/samples/gradient_cosine.py`, `training/samples/sample_decoder.py`; "
        "not in the tier `economy`; negative for steps that undo each other: the learning rate is "
        "too high or the batches are too noisy",
        scale=Scale.DIVERGING,
        nan_is_missing=True,
    ),
    Statistic(
        "noise_scale",
        title="Gradient noise scale",
        short="noise scale",
        meaning="batch size at which the noise of the gradient is as large as the gradient, from one "
        'measurement; with `measure=["gradient_noise"]`, at samples after one, NaN where the noise '
        "hides the gradient",
        formula="gradient_noise / gradient_signal, of one variable",
        unit="examples",
        source="`training/measures/measures.py`, `training/measures/gradient_noise.py`, "
        "`training/samples/sample_decoder.py`; [arXiv:1812.06162](https://arxiv.org/abs/1812.06162)",
        scale=Scale.LOG,
        nan_is_missing=True,
    ),
    Statistic(
        "ratio",
        title="Update ratio",
        short="ratio",
        meaning="l2 of the update divided by l2 of the weight before it",
        formula="np.sqrt(np.sum((after - before)**2)) / np.sqrt(np.sum(before**2))",
        unit="quotient",
        source="`training/reduce/statistics.py`; [cs231n]"
        "(https://cs231n.github.io/neural-networks-3/#ratio): about 1e-3 is usual",
        scale=Scale.LOG,
        nan_is_missing=True,
        applies_to_finite="l2",
        divisor="weight",
    ),
    Statistic(
        "decay_l2",
        title="Decay in the update",
        short="decay",
        meaning="l2 of the part of the update that the optimizer's weight decay makes; where it "
        "decays, and does not accumulate gradients",
        formula="learning_rate * weight_decay * np.sqrt(np.sum(before**2))",
        unit="of x",
        source=_TENSORS,
        scale=Scale.LOG,
        nan_is_missing=True,
    ),
    Statistic(
        "gradient_l2",
        title="Gradient in the update",
        short="gradient",
        meaning="l2 of the rest of the update, which the gradient makes; where `decay_l2` is known",
        formula="np.sqrt(np.sum((after - before + learning_rate * weight_decay * before)**2))",
        unit="of x",
        source=_TENSORS,
        scale=Scale.LOG,
        nan_is_missing=True,
    ),
    Statistic(
        "saturated_fraction",
        title="Saturated",
        short="saturated",
        meaning="fraction of elements on the flat parts of the activation function",
        formula="np.mean(slope(x) < largest_slope / 40)",
        unit="fraction",
        source="`training/reduce/saturation.py`; sigmoid, tanh, softsign, their hard forms and "
        "relu6; of softmax the fraction of samples",
        format=Format.PERCENT,
        merge=Merge.MEAN,
        nan_is_missing=True,
    ),
    Statistic(
        "dead_fraction",
        title="Dead units",
        short="dead",
        meaning="fraction of units that were zero in every sampled batch of the window",
        formula="np.mean(np.all(max_abs[window] == 0, axis=0)), max_abs of each unit and batch",
        unit="fraction",
        source="`training/samples/sample_decoder.py`, `training/samples/dead_units.py`; "
        "the window is `dead_window`",
        format=Format.PERCENT,
        nan_is_missing=True,
    ),
    Statistic(
        "moving_mean_distance",
        title="Moving mean off the batch",
        short="mean off",
        meaning="how far the moving mean of a BatchNormalization is from the mean of the batch, in "
        "standard deviations of the batch, over all channels; before the step",
        formula="np.sqrt(np.mean((moving_mean - mean)**2 / (variance + epsilon)))",
        unit="standard deviations",
        source=_MOVING,
        merge=Merge.MEAN,
        nan_is_missing=True,
    ),
    Statistic(
        "moving_variance_ratio",
        title="Moving / batch variance",
        short="variance ratio",
        meaning="moving variance of a BatchNormalization divided by the variance of the batch, "
        "geometric mean of the channels; before the step",
        formula="np.exp(np.mean(np.log((moving_variance + epsilon) / (variance + epsilon))))",
        unit="quotient",
        source=_MOVING,
        scale=Scale.LOG,
        merge=Merge.MEAN,
        nan_is_missing=True,
    ),
    Statistic(
        "min",
        title="Smallest",
        short="min",
        meaning="smallest element",
        formula="np.min(x)",
        unit="of x",
        source=_TENSORS,
        merge=Merge.MIN,
    ),
    Statistic(
        "max",
        title="Largest",
        short="max",
        meaning="largest element",
        formula="np.max(x)",
        unit="of x",
        source=_TENSORS,
        merge=Merge.MAX,
    ),
    Statistic(
        "hash",
        title="Hash",
        short="hash",
        meaning="a whole number that is the same wherever the content and the order of the examples "
        "are, from at most 16,384 evenly spaced elements; other content nearly always has another one",
        formula="bits of each element and its position, mixed as in MurmurHash3, summed modulo 2**24",
        unit="none",
        source=_TENSORS,
        merge=Merge.SUM,
        nan_is_missing=True,
    ),
    Statistic(
        "checksum",
        title="Checksum",
        short="checksum",
        meaning="a whole number below 2**24 that is the same where all bits of all elements are, in "
        "the same order; other bits nearly always have another one",
        formula="bits of each element as float32 (integers by their value), all of them and their high "
        "half, each times an odd number that its position gives, summed modulo 2**32 and folded to 24",
        unit="none",
        source=_CHECKSUMS,
        nan_is_missing=True,
    ),
    Statistic(
        "projection",
        title="Projection",
        short="projection",
        meaning="sum of all elements, the signs of about half of them turned, always of the same: the "
        "difference between the projections of two tensors is about the norm of their difference",
        formula="np.sum(x * sign), sign: 1 or -1, a pseudo-random function of the position",
        unit="of x",
        source=_CHECKSUMS,
        scale=Scale.DIVERGING,
    ),
)

# The columns of the tables, in the order in which they are stored.
TENSOR_STATISTICS = ("l2", "mean", "std", "max_abs", "zero_fraction", "nonfinite_count")
GRADIENT_STATISTICS = (*TENSOR_STATISTICS, "cosine", "noise_scale")
UPDATE_SPLIT = ("decay_l2", "gradient_l2")
UPDATE_STATISTICS = (*TENSOR_STATISTICS, "ratio", *UPDATE_SPLIT)
OUTPUT_STATISTICS = (*TENSOR_STATISTICS, "saturated_fraction")  # of a single output, in the step
MOVING_STATISTICS = ("moving_mean_distance", "moving_variance_ratio")
ACTIVATION_STATISTICS = (*OUTPUT_STATISTICS, "dead_fraction", *MOVING_STATISTICS)
RANGE_STATISTICS = ("min", "max", "mean", "std", "zero_fraction", "nonfinite_count", "hash")
CHECKSUM_STATISTICS = ("checksum", "projection", "l2")
