"""The demo: five short training runs on real data, two healthy and three with a classic fault.

Only `tb_keras_inspect.cli` imports this folder. This module imports nothing heavy; the others import
Keras. Each run is the module of the same name, with a function `build`.
"""

RUNS = (
    "healthy_cnn",
    "row_transformer",
    "dying_relu_mlp",
    "vanishing_sigmoid",
    "diverges_to_nan",
)
DATASETS = ("digits", "mnist", "cifar10")
