"""The demo: five short trainings on real data, two healthy and three with a classic fault.

Only `tb_keras_inspect.cli` imports from here. This module and `command` load nothing heavy; the
others load Keras. Each run is the module of its name, with a function `build`.
"""

RUNS = (
    "healthy_cnn",
    "row_transformer",
    "dying_relu_mlp",
    "vanishing_sigmoid",
    "diverges_to_nan",
)
DATASETS = ("digits", "mnist", "cifar10")
