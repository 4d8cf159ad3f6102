"""Problems of what the optimizer remembers."""

from tb_keras_inspect.catalog.problems.problem import Problem

OPTIMIZER = (
    Problem(
        "optimizer_state",
        "an optimizer whose state does not fit the gradients",
        "What the optimizer remembers of earlier gradients makes its steps too small or too large.",
        "the second moment against epsilon, in a run that does not learn; the gradient against its "
        "second moment and its momentum, before the loss jumps; moments that are empty though the "
        "weights are trained, before the loss rises",
        "moments are empty at each beginning, gradients are tiny at the end of good runs, and grow "
        "without harm: the loss has to say that it matters",
        "Keep the optimizer's state with the weights, and let it forget sooner.",
        ("note", "warning"),
        {
            "epsilon": "epsilon is larger than the second moment",
            "stale": "the second moment does not follow the gradient",
            "empty": "the optimizer began anew with trained weights",
            "not_restored": "its count of updates was restored, but not its moments",
        },
    ),
)
