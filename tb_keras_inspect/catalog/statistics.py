"""One line on each statistic, for the tab to show beside the number."""

_COMMON = {
    "l2": "square root of the sum of squares of all elements",
    "mean": "mean of all elements",
    "std": "standard deviation of all elements",
    "max_abs": "largest magnitude of all elements",
    "zero_fraction": "share of elements that are exactly zero",
    "nonfinite_count": "number of elements that are NaN or infinite",
    "ratio": "l2 of the update divided by l2 of the weight before it",
    "saturated_fraction": "share of elements on the flat parts of the activation function",
    "dead_fraction": "share of units that were zero in every sampled batch of the window",
    "min": "smallest element",
    "max": "largest element",
    "loss": "loss",
    "learning_rate": "learning rate of the optimizer",
    "epoch": "number of the epoch, from 0",
    "dead_window": "number of sampled batches that dead_fraction covers",
    "gradient_norm": "l2 of all gradients together, before clipping",
    "gradient_norm_clipped": "l2 of all gradients together, after clipping",
    "accumulated_gradient_norm": "l2 of the mean of all gradients since the last update",
    "interval": "training steps between two samples",
    "step_seconds": "median duration of a training step that is not sampled, in seconds",
    "sample_seconds": "what a sampled training step takes longer, in seconds",
    "effective_rank": "directions that hold 99 % of the variance of a layer's output",
    "rank_fraction": "effective_rank divided by the most that it can be",
    "dimensions": "features (channels, units) of a layer's output",
    "observations": "feature vectors that effective_rank was computed from",
    "loss_scale": "factor by which mixed precision scales the loss",
}


def definition(statistic: str) -> str:
    """What a statistic is; "" for one this version does not know, such as a user's metric."""
    return _COMMON.get(statistic, "")
