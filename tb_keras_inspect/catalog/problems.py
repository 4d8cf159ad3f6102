"""The problems that the diagnosis knows: what each is called, what it means, what explains what.

Names and variants are identifiers: programs compare them, in Python, in JSON and in `stop_on`. All
other texts are for people and may change.
"""

import dataclasses
from collections.abc import Mapping

SEVERITIES = ("note", "warning", "error")  # in rising order
VERDICTS = ("unknown", "healthy", "recovered", "warning", "error")  # on a run as a whole


@dataclasses.dataclass(frozen=True)
class Problem:
    """One kind of problem of a training run.

    Attributes:
        name: Identifier.
        title: A few words for a list: "dead ReLU units".
        meaning: One sentence on what it is.
        examines: What its rule looks at.
        why: Why the rule looks at that and not at the obvious number.
        advice: What to try first when nothing more is known.
        severities: The mildest and the worst severity that it can have.
        variants: Identifier of each form of the problem, and what that form is.
    """

    name: str
    title: str
    meaning: str
    examines: str
    why: str
    advice: str
    severities: tuple[str, str]
    variants: Mapping[str, str]


_ALL = (
    Problem(
        "non_finite",
        "values that are not finite",
        "A NaN or an infinity has reached the loss, the gradients or the weights.",
        "the first tensor that was non-finite within its step: data, weights, layers in forward "
        "order, loss, gradients in backward order",
        "overflows that mixed precision skips are not faults, and neither are infinities that a "
        "layer outputs on purpose",
        "Lower the learning rate, and check the data for NaN.",
        ("warning", "error"),
        {
            "input": "the input data came first",
            "target": "the targets came first",
            "weight": "a weight came first",
            "activation": "a layer's output came first",
            "loss": "the loss came first",
            "gradient": "a gradient came first",
            "update": "an update came first",
            "epoch": "only the mean loss of an epoch shows it",
            "unsampled_data": "the weights broke between two samples, and later batches hold "
            "non-finite data",
        },
    ),
    Problem(
        "non_finite_validation",
        "a NaN validation loss",
        "The validation loss is NaN or infinite while training itself is finite.",
        "the loss of the epochs in which validation ran, as long as the training loss stays finite",
        "an epoch without validation has no validation loss at all; and after a NaN in training "
        "the validation loss only reflects it",
        "Check the validation data for NaN.",
        ("note", "warning"),
        {
            "from_start": "in every validated epoch: most likely the data is broken",
            "later": "after epochs with a finite validation loss: an output or its loss has become "
            "non-finite",
            "at_the_end": "in the last epochs alone: the last steps may have broken the weights",
        },
    ),
    Problem(
        "tokens_out_of_range",
        "tokens outside an embedding",
        "An input holds token numbers that an embedding has no vector for.",
        "the smallest and the largest value of an input that goes straight into an embedding, against "
        "its `input_dim`",
        "each backend does something else with such a number: an error, zeros, a wrong vector, a NaN",
        "Make `input_dim` one more than the largest token.",
        ("error", "error"),
        {"too_large": "a number from `input_dim` up", "negative": "a number below 0"},
    ),
    Problem(
        "output_mismatch",
        "an output that does not fit the targets",
        "The output layer, the loss and the targets contradict each other.",
        "how the model was compiled, the activation function of the output, the range of the targets",
        "visible at the first step; a softmax that is not a layer shows as a first loss close to "
        "the baseline loss",
        "Match the last activation function, `from_logits` and the range of the targets.",
        ("warning", "error"),
        {
            "softmax_of_one_unit": "softmax over a single unit is always 1",
            "categorical_loss_of_one_unit": "a categorical loss on a single unit",
            "labels": "class numbers without a unit",
            "double_softmax": "two softmax layers in a row",
            "probabilities_as_logits": "the loss applies softmax or sigmoid a second time",
            "limited_logits": "the activation function cuts off part of the logits",
            "logits_as_probabilities": "the loss takes the logarithm of values that are no "
            "probabilities",
            "independent_probabilities": "the probabilities of the classes do not add up to 1",
            "target_range": "targets that the output cannot reach",
        },
    ),
    Problem(
        "unnormalised_input",
        "input that is not normalised",
        "The first trained layer receives values far from mean 0 and standard deviation 1.",
        "the input of the first trained layer: its root mean square, and its mean divided by its "
        "standard deviation",
        "a Rescaling or Normalization layer or `x / 255` in front makes any data fine, and token "
        "ids go into an embedding",
        "Normalise each feature to mean 0 and standard deviation 1.",
        ("warning", "error"),
        {
            "large": "values are too large",
            "small": "values are too small",
            "offset": "the mean is many standard deviations away from 0",
        },
    ),
    Problem(
        "input_outlier",
        "an input far out of range",
        "A few batches hold a value far outside the range of all others.",
        "the largest input of each sampled batch against that of all, and the gradient norm of "
        "the same step",
        "inputs that are large in many batches are not normalised; a large value that leaves the "
        "gradient alone does no harm",
        "Find the example, and correct it or leave it out.",
        ("warning", "warning"),
        {"far": "single batches with a value many times larger than others"},
    ),
    Problem(
        "suspicious_examples",
        "suspicious examples",
        "A few examples have a loss far above that of all others.",
        "the loss of each example beside that of others: at steps whose loss is far above the first "
        "one, and over several epochs",
        "once a model has learned, a few hard examples carry most of the loss of every healthy run; so "
        "the model must be wrong and certain at each of the later times, for more examples than clean "
        "data has",
        "Look at these examples and their labels.",
        ("note", "note"),
        {
            "labels": "examples whose label the model contradicts with certainty, epoch after epoch",
            "spike": "the loss of a step is far above the first loss, and a few examples carry it",
        },
    ),
    Problem(
        "repeating_data",
        "data that repeats",
        "Batches repeat that should be different.",
        "hashes of the inputs of the sampled batches: how many differ within an epoch, and whether "
        "each position of the epoch has the same batch every time",
        "a data set of one batch repeats too: it has one step in an epoch, or what the model learns "
        "from it holds for validation data",
        "Look at a few batches that the model receives.",
        ("note", "warning"),
        {
            "one_batch": "every sampled batch has the same inputs",
            "few_batches": "the same batches come round several times in an epoch",
            "same_order": "every epoch has the same batches in the same order",
        },
    ),
    Problem(
        "loose_labels",
        "labels that have come loose from the inputs",
        "Training labels do not belong to their inputs.",
        "a training loss far above the validation loss; a training loss that falls although nothing "
        "holds for new examples; the hashes of the targets that come with the same inputs",
        "dropout, noise, mixed examples and sample weights raise the training loss too: with these "
        "the rule is silent; and a few examples are learned by heart whatever their labels",
        "Check that each target still belongs to its input.",
        ("warning", "warning"),
        {
            "some": "part of the labels belong to other examples",
            "all": "labels are learned by heart, and nothing holds for new examples",
            "redrawn": "the same inputs come with other targets each time",
        },
    ),
    Problem(
        "initial_weights",
        "initial weights of the wrong scale",
        "The initial weights are far larger or smaller than the size of their layers allows.",
        "the first weights against what Glorot, LeCun and He initialisation give; the first loss or "
        "the first outputs; how the signal fades",
        "targets far from 0 have a large first loss too, and Adam grows small weights: so the outputs "
        "must be too large, or the run stuck",
        "Use the initialiser that suits the activation function.",
        ("warning", "error"),
        {
            "too_large": "outputs grow from layer to layer, and the first loss is far too large",
            "grows": "the same with usual weights: normalisation is missing",
            "too_small": "signal and gradient fade from layer to layer",
        },
    ),
    Problem(
        "rate_change",
        "a learning rate that was raised too far",
        "The learning rate was raised, and the loss rose with it for good.",
        "the loss before and after each jump of the learning rate, and whether it comes back",
        "a warm-up or a restart raises the rate on purpose: there the loss recovers",
        "Keep the learning rate that the run was stable with.",
        ("warning", "error"),
        {"raised": "by a schedule, a callback or a command"},
    ),
    Problem(
        "exploding_gradient",
        "exploding gradients",
        "Gradients are so large that each step throws the weights far away.",
        "a gradient norm far above its first values while the loss rises too; updates as large as "
        "the weights, without progress; gradients that dwarf the weights while the loss starts and "
        "stays far above the baseline; large steps followed by NaN",
        "a converged run has late spikes far below its first gradients; clipping and Adam make a "
        "large gradient harmless, and then the loss does not rise",
        "Lower the learning rate and clip the gradients.",
        ("warning", "error"),
        {
            "growth": "gradient norm and loss grow together",
            "large_updates": "updates as large as the weights, without progress",
            "initial_scale": "gradients that dwarf the weights from the first step on",
            "overflow": "large updates, then NaN",
            "lost": "a loss that has jumped up and stays there",
        },
    ),
    Problem(
        "dying_relu",
        "dead ReLU units",
        "ReLU units output zero for every input, receive no gradient and never recover.",
        "units that were zero in every sampled batch of about one epoch",
        "sparse is not dead, and healthy runs have dead units too: a dead fraction becomes a "
        "warning when training suffers, and an error when almost nothing of the layer is left",
        "Lower the learning rate.",
        ("note", "error"),
        {
            "from_start": "the units were zero from the beginning",
            "died": "the units died during training",
        },
    ),
    Problem(
        "constant_output",
        "a constant output",
        "The model outputs the same for every input, while the targets differ.",
        "the spread of the outputs over the samples of a batch against that of the targets, until "
        "the end of the run",
        "outputs look alike early in training, and targets that are all the same make it right",
        "Look at the activation function of the last layer.",
        ("error", "error"),
        {
            "relu": "a ReLU on the output is zero for every input",
            "saturated": "the output is stuck at the flat end of its activation function",
            "collapsed": "the layers before it pass on nothing that depends on the input",
        },
    ),
    Problem(
        "vanishing_gradient",
        "vanishing gradients",
        "The gradient fades on its way back to the first layers.",
        "the ratio of gradient to weight of the kernels: the early third of the layers against the "
        "late third, in the same step; a recurrent layer's kernels against its own bias; all "
        "kernels against the bias of the output",
        "in a converged run all gradients are small together, so no absolute limit is right; a "
        "recurrent bias still receives the gradient of the last time step",
        "Use ReLU with He initialisation, normalisation or residual connections.",
        ("note", "error"),
        {
            "depth": "over the layers",
            "time": "over the time steps of a recurrent layer",
            "signal": "weights so small that neither signal nor gradient gets through",
        },
    ),
    Problem(
        "saturated_activation",
        "saturated activations",
        "A hidden sigmoid or tanh layer outputs almost only its extreme values.",
        "the fraction of a hidden sigmoid's or tanh's outputs where the slope is less than 1/40 of "
        "the steepest",
        "outputs are meant to be confident, and learning pushes units outwards; saturation from "
        "the first step on, or without learning, is a fault",
        "Normalise in front of the activation function.",
        ("note", "error"),
        {
            "from_start": "from the first step on",
            "later": "during training",
        },
    ),
    Problem(
        "untrained_layer",
        "layers that do not train",
        "The weights of a layer never change.",
        "kernels without a path to the loss, with a gradient of exactly zero, or with a gradient "
        "but no update; frozen layers",
        "freezing layers is how you fine-tune: it is only a note, unless the model does not learn "
        "with it",
        "Connect the layer to the loss, or set `trainable`.",
        ("note", "error"),
        {
            "disconnected": "the loss does not depend on the layer",
            "zero_gradient": "the gradient is exactly zero",
            "zero_rate": "the learning rate is 0",
            "below_precision": "updates are smaller than the last digit of the weights",
            "zero_update": "a gradient arrives, the weights stay as they are",
            "frozen": "`trainable` is False",
        },
    ),
    Problem(
        "frozen_initial_weights",
        "frozen layers that were never trained",
        "Frozen layers hold the weights that their initializer drew.",
        "frozen kernels against what their initializer draws with its own seed, when training begins",
        "a layer of random features is frozen on purpose: fewer than three are only a note",
        "Load pretrained weights before you freeze layers.",
        ("note", "warning"),
        {"as_drawn": "the very weights that the initializer drew"},
    ),
    Problem(
        "oscillating_loss",
        "an oscillating loss",
        "The training loss goes up and down instead of down.",
        "rises of the training loss from *epoch* to epoch; without epochs, of medians over "
        "stretches of steps, relative to the scatter within them",
        "batches differ, so their loss always goes up and down; an epoch of arrays has the same "
        "examples each time, so its loss rises only when the weights get worse; of other data, only "
        "rises beyond the scatter of the batches count",
        "Lower the learning rate.",
        ("note", "warning"),
        {
            "epochs": "from epoch to epoch",
            "steps": "within the run, without enough epochs to compare",
        },
    ),
    Problem(
        "slow_convergence",
        "slow convergence",
        "The loss hardly falls, for a reason that shows in the numbers.",
        "how far all steps together can have moved the weights; the dropout rate; units that "
        "remain equal",
        "a flat loss alone does not prove that steps are too small",
        "Raise the learning rate.",
        ("warning", "error"),
        {
            "small_updates": "updates are tiny compared with the weights",
            "dropout": "the dropout rate is too high",
            "symmetric": "all units of a layer are equal and stay equal",
        },
    ),
    Problem(
        "ignored_output",
        "an output that gets no say",
        "The loss of one output is so small beside another that the model does not learn it.",
        "the gradients of the outputs' kernels against each other, the part that each loss has in the "
        "sum, and whether an output's own loss falls",
        "an output that has learned its part has a small loss too, and an auxiliary one a small "
        "weight: their own loss falls",
        "Scale the targets, or set `loss_weights`.",
        ("warning", "warning"),
        {"loss": "its loss is a tiny part of the sum"},
    ),
    Problem(
        "weight_decay",
        "weight decay that outweighs learning",
        "Weight decay or a regularizer shrinks the weights faster than the loss builds them up.",
        "the size of the kernels at the end against that at the start, while nothing is learned; the "
        "part of each update that decay makes",
        "decay shrinks weights in healthy runs too, by a few percent",
        "Lower the weight decay.",
        ("warning", "error"),
        {
            "optimizer": "the optimizer's weight decay",
            "regularizer": "a regularizer of a layer",
        },
    ),
    Problem(
        "does_not_learn",
        "no learning",
        "The loss stays where a constant prediction has it.",
        "the loss against the baseline loss; whether the gradient keeps its direction; the size of "
        "the updates",
        "the targets may hold nothing that the inputs tell: without a reason it is a note",
        "Check that each target still belongs to its input.",
        ("note", "warning"),
        {
            "small_steps": "the gradient keeps its direction, and steps are too small to follow it",
            "large_steps": "steps are too large to settle",
            "imbalance": "a class is so rare that a constant prediction is nearly right",
            "no_reason": "nothing in the record says why",
        },
    ),
    Problem(
        "one_class",
        "always the same class",
        "A classifier predicts the same class for every example.",
        "the largest probability that each class has for any example of the last ten sampled batches",
        "a rare event may rightly never have more than half the probability, so it is a note",
        "Give rare classes a larger weight, and track another metric than accuracy.",
        ("note", "note"),
        {"always": "one class for every example, while the targets have others"},
    ),
    Problem(
        "validation_mismatch",
        "validation that does not match training",
        "The validation loss was never better than a constant prediction, although the model learns.",
        "the lowest validation loss against the baseline loss, and whether the training loss "
        "fell in the first epoch; how far the moving statistics of a BatchNormalization are "
        "warmed up",
        "a model that memorises has a poor validation loss too, but it learns nothing in its first "
        "epoch, in which every example is new",
        "Check that validation data is prepared like training data.",
        ("note", "warning"),
        {
            "batch_norm": "a BatchNormalization works otherwise in validation",
            "unlike": "the validation data differs from the training data",
            "gap": "a gap larger than that of any healthy run, whatever its cause",
        },
    ),
    Problem(
        "overfitting",
        "overfitting",
        "The validation loss rises, or stays high, while the training loss falls.",
        "the rise of the validation loss from its best value, relative to the baseline loss; or a "
        "gap to a training loss near zero",
        "a rise over one epoch, or of 0.05 to 0.08, has cost nothing",
        "Stop at the best epoch, or get more data.",
        ("note", "warning"),
        {
            "rise": "the validation loss rises",
            "gap": "the validation loss stays high while the training loss is nearly zero",
        },
    ),
    Problem(
        "unlike_good_runs",
        "unlike good runs of the same script",
        "A number has left the range of good runs of the same script.",
        "each statistic of each layer in each phase of training, against what the good runs given as "
        "`against` have there; only then",
        "how far a good run may be from the others is learned by leaving out one after the other",
        "Look at what differs from the good runs where the first number leaves their range.",
        ("note", "warning"),
        {
            "input": "the inputs first",
            "target": "the targets first",
            "weight": "a weight first",
            "activation": "a layer's output first",
            "gradient": "a gradient first",
            "update": "an update first",
            "step": "the loss, the learning rate or another number of the step first",
            "epoch": "a number of the epochs first, such as the validation loss",
            "settings": "only a setting differs, the numbers do not",
            "odd_good_run": "a good run that is far from the others",
        },
    ),
)
PROBLEMS: Mapping[str, Problem] = {problem.name: problem for problem in _ALL}

# What says only what is seen. A finding whose cause is known stands above it.
OPEN_CAUSES: frozenset[tuple[str, str]] = frozenset(
    {
        ("does_not_learn", "no_reason"),
        ("untrained_layer", "zero_gradient"),
        ("untrained_layer", "zero_update"),
        ("constant_output", "collapsed"),
        ("exploding_gradient", "lost"),
        ("oscillating_loss", "epochs"),
        ("oscillating_loss", "steps"),
        ("validation_mismatch", "gap"),
        ("validation_mismatch", "unlike"),
    }
)

# A problem, or one variant of it, and the problems that can follow from it. The first entry that
# applies claims its consequences.
CONSEQUENCES: Mapping[tuple[str, str | None], tuple[str, ...]] = {
    ("tokens_out_of_range", None): (
        "non_finite",
        "non_finite_validation",
        "exploding_gradient",
        "does_not_learn",
    ),
    ("output_mismatch", None): (
        "slow_convergence",
        "oscillating_loss",
        "saturated_activation",
        "dying_relu",
        "vanishing_gradient",
        "untrained_layer",
        "constant_output",
        "does_not_learn",
    ),
    ("unnormalised_input", None): (
        "initial_weights",
        "saturated_activation",
        "dying_relu",
        "oscillating_loss",
        "slow_convergence",
        "vanishing_gradient",
        "untrained_layer",
        "constant_output",
        "does_not_learn",
    ),
    ("initial_weights", None): (
        "exploding_gradient",
        "vanishing_gradient",
        "saturated_activation",
        "dying_relu",
        "oscillating_loss",
        "slow_convergence",
        "untrained_layer",
        "constant_output",
        "does_not_learn",
    ),
    ("rate_change", None): (
        "exploding_gradient",
        "dying_relu",
        "saturated_activation",
        "oscillating_loss",
        "constant_output",
        "does_not_learn",
        "non_finite",
    ),
    ("weight_decay", None): (
        "dying_relu",
        "vanishing_gradient",
        "untrained_layer",
        "slow_convergence",
        "oscillating_loss",
        "constant_output",
        "does_not_learn",
    ),
    ("loose_labels", None): (
        "overfitting",
        "validation_mismatch",
        "does_not_learn",
        "slow_convergence",
        "oscillating_loss",
    ),
    ("repeating_data", None): ("overfitting", "validation_mismatch"),
    ("ignored_output", None): ("slow_convergence", "untrained_layer", "vanishing_gradient"),
    ("input_outlier", None): ("exploding_gradient", "oscillating_loss", "dying_relu"),
    ("slow_convergence", "symmetric"): (
        "untrained_layer",
        "vanishing_gradient",
        "dying_relu",
        "saturated_activation",
        "constant_output",
        "does_not_learn",
    ),
    ("constant_output", "relu"): (
        "untrained_layer",
        "vanishing_gradient",
        "slow_convergence",
        "does_not_learn",
    ),
    ("dying_relu", None): (
        "untrained_layer",
        "vanishing_gradient",
        "slow_convergence",
        "oscillating_loss",
        "exploding_gradient",
        "constant_output",
        "does_not_learn",
    ),
    ("exploding_gradient", None): (
        "non_finite",
        "oscillating_loss",
        "saturated_activation",
        "slow_convergence",
        "dying_relu",
        "constant_output",
        "does_not_learn",
    ),
    ("constant_output", "saturated"): ("untrained_layer", "slow_convergence", "does_not_learn"),
    ("saturated_activation", None): (
        "vanishing_gradient",
        "slow_convergence",
        "untrained_layer",
        "constant_output",
        "does_not_learn",
    ),
    ("frozen_initial_weights", None): (
        "untrained_layer",
        "slow_convergence",
        "vanishing_gradient",
        "constant_output",
        "does_not_learn",
    ),
    ("untrained_layer", None): (
        "slow_convergence",
        "vanishing_gradient",
        "constant_output",
        "does_not_learn",
    ),
    ("vanishing_gradient", None): (
        "slow_convergence",
        "untrained_layer",
        "constant_output",
        "does_not_learn",
    ),
    ("constant_output", None): ("slow_convergence", "untrained_layer", "does_not_learn"),
    ("oscillating_loss", None): ("slow_convergence", "does_not_learn"),
    ("slow_convergence", None): ("does_not_learn",),
    ("validation_mismatch", None): ("overfitting",),
}
