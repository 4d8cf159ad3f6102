"""Problems of layers: their weights, gradients, outputs and units."""

from tb_keras_inspect.catalog.problems.problem import Problem

LAYERS = (
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
            "uphill": "small steps that make the loss larger from the start: a wrong sign",
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
        "the end of the run; the spread of a hidden layer's outputs against its first one",
        "outputs look alike early in training, and targets that are all the same make it right",
        "Look at the activation function of the last layer.",
        ("warning", "error"),
        {
            "relu": "a ReLU on the output is zero for every input",
            "saturated": "the output is stuck at the flat end of its activation function",
            "collapsed": "the layers before it pass on nothing that depends on the input",
            "padding": "a recurrent layer reads padding as if it were words",
            "one_sample": "BatchNormalization over a batch of one sample",
            "one_number": "LayerNormalization of a single number",
            "zeros": "a frozen embedding whose vectors are zero",
            "hidden": "a hidden layer has come to pass on nothing, and the model does not learn",
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
        "overwritten_weights",
        "weights that are overwritten",
        "Something sets the weights to other values between training steps, again and again.",
        "how far each kernel has moved from one sample to the next, against what its updates can have "
        "moved it",
        "averages of weights and resumed runs replace weights as well: a single time, and an "
        "optimizer with `use_ema`, do not count",
        "Look for `set_weights` and `load_weights` in callbacks.",
        ("note", "error"),
        {
            "set_back": "set back to what they were at the first sample",
            "replaced": "set to other values",
        },
    ),
)
