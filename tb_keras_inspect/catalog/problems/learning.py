"""Problems of what is learned: the losses, their parts, and validation."""

from tb_keras_inspect.catalog.problems.problem import Problem

LEARNING = (
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
        "how far all steps together can have moved the weights; the dropout rate; softmax in hidden "
        "layers; units that remain equal; a learning rate that was gone while the loss still fell; "
        "updates that are 0 though their gradients are not, in weights of 16 bits",
        "a flat loss alone does not prove that steps are too small",
        "Raise the learning rate.",
        ("warning", "error"),
        {
            "decayed": "the learning rate was gone while the loss still fell",
            "small_updates": "updates are tiny compared with the weights",
            "dropout": "the dropout rate is too high",
            "hidden_softmax": "hidden layers have a softmax",
            "symmetric": "all units of a layer are equal and stay equal",
            "rounded_away": "updates are too small for the type of the weights",
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
        "part of each update that decay makes; the part of the loss that penalties on outputs are",
        "decay shrinks weights in healthy runs too, by a few percent",
        "Lower the weight decay.",
        ("note", "error"),
        {
            "optimizer": "the optimizer's weight decay",
            "regularizer": "a regularizer of a layer's weights",
            "activity": "a regularizer of a layer's outputs",
        },
    ),
    Problem(
        "does_not_learn",
        "no learning",
        "The loss stays where a constant prediction has it.",
        "the loss against the baseline loss; whether the gradient keeps its direction; the size of "
        "the updates and of the targets; whether any layer has an activation function",
        "the targets may hold nothing that the inputs tell: without a reason it is a note",
        "Check that each target still belongs to its input.",
        ("note", "warning"),
        {
            "small_steps": "the gradient keeps its direction, and steps are too small to follow it",
            "large_steps": "steps are too large to settle",
            "linear": "no activation function: all layers together are one linear map",
            "target_scale": "targets so large that outputs do not reach them",
            "imbalance": "a class is so rare that a constant prediction is nearly right",
            "padding": "a recurrent layer reads padding as if it were words",
            "no_positions": "attention without positions, which cannot tell an order",
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
