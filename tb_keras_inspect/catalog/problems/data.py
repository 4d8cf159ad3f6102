"""Problems of the data, and values that are not finite."""

from tb_keras_inspect.catalog.problems.problem import Problem

DATA = (
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
        {
            "too_large": "a number from `input_dim` up",
            "negative": "a number below 0",
            "fractions": "token numbers that were scaled to fractions",
        },
    ),
    Problem(
        "output_mismatch",
        "an output that does not fit the targets",
        "The output layer, the loss and the targets contradict each other.",
        "how the model was compiled, the activation function of the output, the range of the targets, "
        "the class weights",
        "visible at the first step; a softmax that is not a layer shows as a first loss close to "
        "the baseline loss",
        "Match the last activation function, `from_logits` and the range of the targets.",
        ("note", "error"),
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
            "softmax_axis": "softmax along another axis than that of the classes",
            "exclusive_probabilities": "softmax with a loss for independent units",
            "target_range": "targets that the output cannot reach",
            "label_smoothing": "hardly anything is left of the labels",
            "class_weight": "weights that give one class nearly all the say",
            "runaway": "a loss that falls below zero without end",
            "broadcast": "targets (n,) minus outputs (n, 1) in a loss computed by hand",
            "margin": "an output without negative values for a loss that wants -1 and 1",
            "negative_output": "an output that may be negative for a loss that takes its logarithm",
            "zero_targets": "a loss that divides by targets, some of which are zero",
            "dropout": "dropout behind the output",
            "metric": "accuracy as the metric of a regression",
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
        "a value far out of range",
        "A few batches hold a value far outside the range of all others.",
        "the largest input, and the largest target of a regression, of each sampled batch against that "
        "of all, and the gradient norm of the same step",
        "inputs that are large in many batches are not normalised; a large value that leaves the "
        "gradient alone does no harm",
        "Find the example, and correct it or leave it out.",
        ("warning", "warning"),
        {
            "far": "single batches with an input many times larger than others",
            "target": "single batches with a target many times larger than others",
        },
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
        "each position of the epoch has the same batch every time; whether inputs, targets or the "
        "class numbers within a batch vary at all",
        "a data set of one batch repeats too: it has one step in an epoch, or what the model learns "
        "from it holds for validation data; arrays that `fit` shuffles are in nobody's order",
        "Look at a few batches that the model receives.",
        ("note", "error"),
        {
            "constant_targets": "all targets have the same value",
            "constant": "all inputs have the same value",
            "one_batch": "every sampled batch has the same inputs",
            "few_batches": "the same batches come round several times in an epoch",
            "sorted": "each batch holds examples of one class",
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
)
