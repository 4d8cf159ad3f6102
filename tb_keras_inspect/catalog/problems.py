"""The problems that the diagnosis looks for, in the order in which its rules run."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Problem:
    """What one rule looks for.

    Attributes:
        name: As in findings; also the module of the rule in `diagnosis/rules`.
        title: A noun phrase: "No finding: no <title>".
        examines: What the rule examines.
        why: Why that, and not something simpler.
    """

    name: str
    title: str
    examines: str
    why: str


_ALL = (
    Problem(
        "non_finite",
        title="values that are not finite",
        examines="the first tensor that was non-finite within its step: data, weights, layers in "
        "forward order, loss, gradients in backward order",
        why="overflows that mixed precision skips are not faults, and neither are infinities that "
        "a layer outputs on purpose",
    ),
    Problem(
        "output_mismatch",
        title="an output that does not fit the targets",
        examines="how the model was compiled, the activation function of the output, the range of "
        "the targets",
        why="visible at the first step; a softmax that is not a layer shows as a first loss close "
        "to the baseline loss",
    ),
    Problem(
        "unnormalised_input",
        title="input that is not normalised",
        examines="the input of the first trained layer: its root mean square, and its mean divided "
        "by its standard deviation",
        why="a Rescaling or Normalization layer or `x / 255` in front makes any data fine, and "
        "token ids go into an embedding",
    ),
    Problem(
        "exploding_gradient",
        title="exploding gradients",
        examines="a gradient norm far above its first values while the loss rises too; updates as "
        "large as the weights, without progress; gradients that dwarf the weights while the loss "
        "starts and stays far above the baseline; large steps followed by NaN",
        why="a converged run has late spikes far below its first gradients; clipping and Adam make "
        "a large gradient harmless, and then the loss does not rise",
    ),
    Problem(
        "dying_relu",
        title="dead ReLU units",
        examines="units that were zero in every sampled batch of about one epoch",
        why="sparse is not dead, and healthy runs have dead units too: a dead fraction becomes a "
        "warning when training suffers, and an error when almost nothing of the layer is left",
    ),
    Problem(
        "vanishing_gradient",
        title="vanishing gradients",
        examines="the ratio of gradient to weight of the kernels: the early third of the layers "
        "against the late third, in the same step; a recurrent layer's kernels against its own "
        "bias; all kernels against the bias of the output",
        why="in a converged run all gradients are small together, so no absolute limit is right; a "
        "recurrent bias still receives the gradient of the last time step",
    ),
    Problem(
        "saturated_activation",
        title="saturated activations",
        examines="the fraction of a hidden sigmoid's or tanh's outputs where the slope is less than "
        "1/40 of the steepest",
        why="outputs are meant to be confident, and learning pushes units outwards; saturation from "
        "the first step on, or without learning, is a fault",
    ),
    Problem(
        "untrained_layer",
        title="layers that do not train",
        examines="kernels without a path to the loss, with a gradient of exactly zero, or with a "
        "gradient but no update; frozen layers",
        why="freezing layers is how you fine-tune: it is only a note, unless the model does not "
        "learn with it",
    ),
    Problem(
        "oscillating_loss",
        title="an oscillating loss",
        examines="rises of the training loss from *epoch* to epoch; without epochs, of medians over "
        "stretches of steps, relative to the scatter within them",
        why="batches differ, so their loss always goes up and down; an epoch has the same examples "
        "each time, so its loss rises only when the weights get worse",
    ),
    Problem(
        "slow_convergence",
        title="slow convergence",
        examines="how far all steps together can have moved the weights; the dropout rate; units "
        "that remain equal",
        why="a flat loss alone does not prove that steps are too small",
    ),
    Problem(
        "overfitting",
        title="overfitting",
        examines="the rise of the validation loss from its best value, relative to the baseline "
        "loss; or a gap to a training loss near zero",
        why="a rise over one epoch, or of 0.05 to 0.08, has cost nothing",
    ),
)
PROBLEMS: dict[str, Problem] = {problem.name: problem for problem in _ALL}
