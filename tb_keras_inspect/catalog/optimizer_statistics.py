"""Statistics of what an optimizer remembers of each variable."""

from tb_keras_inspect.catalog.statistic import Format, Scale, Statistic

_MOMENTS = "`training/samples/optimizer_state.py`, `training/hooks/moments.py`"
_SOME = (
    "g: gradient after accumulation and clipping; over at most 512 evenly spaced elements (fewer in "
    "models of more than 512 variables)"
)

ENTRIES = (
    Statistic(
        "effective_rate",
        title="Effective learning rate",
        short="effective rate",
        meaning="the rate at which plain gradient descent would make an update of this size: l2 of the "
        "update without weight decay, divided by l2 of the gradient before clipping",
        formula="np.sqrt(np.sum((after - before + decay)**2)) / np.sqrt(np.sum(gradient**2))",
        unit="of the rate",
        source=_MOMENTS,
        scale=Scale.LOG,
        nan_is_missing=True,
    ),
    Statistic(
        "momentum_rms",
        title="Size of the momentum",
        short="momentum",
        meaning="root mean square of the first moment before the step; of SGD and RMSprop, which put "
        "the learning rate into it, of the update that it makes",
        formula="np.sqrt(np.mean(momentum**2))",
        unit="of the gradient",
        source=f"{_MOMENTS}; {_SOME}",
        scale=Scale.LOG,
        nan_is_missing=True,
    ),
    Statistic(
        "momentum_cosine",
        title="Cosine of momentum and gradient",
        short="momentum cosine",
        meaning="cosine between the first moment before the step, in the direction of gradients, and "
        "the gradient: below 0 the step goes on against the gradient",
        formula="np.dot(momentum, g) / np.sqrt(np.dot(momentum, momentum) * np.dot(g, g))",
        unit="from -1 to 1",
        source=f"{_MOMENTS}; {_SOME}",
        scale=Scale.DIVERGING,
        nan_is_missing=True,
    ),
    Statistic(
        "second_moment_rms",
        title="Root of the second moment",
        short="second moment",
        meaning="root of the mean of the second moment before the step, as the optimizer stores it",
        formula="np.sqrt(np.mean(v))",
        unit="of the gradient",
        source=f"{_MOMENTS}; {_SOME}",
        scale=Scale.LOG,
        nan_is_missing=True,
    ),
    Statistic(
        "moment_ratio",
        title="Gradient / second moment",
        short="of moment",
        meaning="root mean square of the gradient divided by the root of the second moment after the "
        "step, corrected for its beginning at 0 where the optimizer does that: about 1 while both go "
        "together, above 2 where the second moment is too old for the gradient; of Adafactor and "
        "amsgrad, of the second moment before the step",
        formula="np.sqrt(np.mean(g**2 / np.maximum(v_after / correction, epsilon**2)))",
        unit="quotient",
        source=f"{_MOMENTS}; [arXiv:2304.13013](https://arxiv.org/abs/2304.13013); {_SOME}",
        scale=Scale.LOG,
        nan_is_missing=True,
    ),
    Statistic(
        "epsilon_fraction",
        title="Below epsilon",
        short="below epsilon",
        meaning="fraction of elements whose root of the second moment after the step is below epsilon, "
        "of those with a second moment above 0: their updates grow with the gradient instead of being "
        "normalised",
        formula="np.mean(np.sqrt(v_after[v_after > 0]) < epsilon)",
        unit="fraction",
        source=f"{_MOMENTS}; {_SOME}",
        format=Format.PERCENT,
        nan_is_missing=True,
    ),
    Statistic(
        "moment_updates",
        title="Age of the moments",
        short="age",
        meaning="updates that the optimizer had made before the step: 0 where its moments are empty",
        formula="optimizer.iterations",
        unit="updates",
        source=_MOMENTS,
        format=Format.COUNT,
    ),
)

# The columns of the table, in the order in which they are stored.
OPTIMIZER_STATISTICS = (
    "effective_rate",
    "momentum_rms",
    "momentum_cosine",
    "second_moment_rms",
    "moment_ratio",
    "epsilon_fraction",
    "moment_updates",
)
