"""Short real training runs on scikit-learn's digits, each with what its name says."""

import keras
import numpy as np
from keras import initializers, layers
from sklearn.datasets import load_digits

from tb_keras_inspect import InspectCallback

SGD, Adam = keras.optimizers.SGD, keras.optimizers.Adam
CROSS_ENTROPY = "sparse_categorical_crossentropy"


def digits(scale=1.0):
    """x float32[1437, 64] of mean 0 and standard deviation 1 (times `scale`), y int32[1437]."""
    data = load_digits()
    x = (data.data - data.data.mean()) / data.data.std() * scale
    return x[:1437].astype("float32"), data.target[:1437].astype("int32")


def mlp(hidden, activation="relu", last="softmax", units=10, features=64, **options):
    """A chain of dense layers; `options` go to the hidden ones."""
    return keras.Sequential(
        [
            keras.Input((features,)),
            *[
                layers.Dense(n, activation=activation, name=f"hidden_{i}", **options)
                for i, n in enumerate(hidden)
            ],
            layers.Dense(units, activation=last, name="out"),
        ]
    )


def train(name, directory):
    """Trains the model of the function `name` into a directory."""
    keras.utils.set_random_seed(1)
    model, x, y, options = globals()[name]()
    # Quick to trace: rules look at no histograms and no maps.
    inspect = InspectCallback(
        str(directory), every=1, maps_every=0, record={"histograms": False}, console=None
    )
    model.fit(x, y, verbose=0, callbacks=[inspect], **{"epochs": 6, "batch_size": 64, **options})


def compiled(model, optimizer, loss=CROSS_ENTROPY):
    model.compile(optimizer=optimizer, loss=loss)
    return model


def healthy():
    return compiled(mlp([32, 32]), Adam(3e-3)), *digits(), {}


def healthy_tanh():
    return compiled(mlp([32, 32], "tanh"), Adam(3e-3)), *digits(), {}


def converged():
    """So long after it has learned that loss and gradients are tiny."""
    return compiled(mlp([64]), Adam(1e-2)), *digits(), {"epochs": 25}


def sparse():
    """Most outputs are zero at any time, and every unit speaks for some input."""
    regularizer = keras.regularizers.L1(1e-4)
    return compiled(mlp([64, 32], activity_regularizer=regularizer), Adam(3e-3)), *digits(), {}


def fine_tuned():
    """All but the head frozen, after these layers were trained."""
    x, y = digits()
    model = compiled(mlp([32, 32]), Adam(3e-3))
    model.fit(x[y < 6], y[y < 6], epochs=5, verbose=0)
    for layer in model.layers[:-1]:
        layer.trainable = False
    return compiled(model, Adam(1e-2)), x, y, {}


def large_weights():
    """Outputs grow threefold from layer to layer."""
    wide = initializers.RandomNormal(stddev=0.4, seed=1)
    return compiled(mlp([64] * 8, kernel_initializer=wide), Adam(1e-3)), *digits(), {"epochs": 3}


def small_weights():
    """Signal and gradient shrink ninefold from layer to layer."""
    small = initializers.RandomNormal(stddev=0.02, seed=1)
    model = mlp([32] * 8, "tanh", kernel_initializer=small)
    return compiled(model, SGD(0.05)), *digits(), {"epochs": 4}


def targets_far_from_zero():
    """A first loss a thousand times that of a constant prediction, which the weights cannot help."""
    x, _ = digits()
    y = (40 + x[:, 20] + x[:, 30]).astype("float32")
    return compiled(mlp([32], last=None, units=1), Adam(1e-2), "mse"), x, y, {}


def relu_output():
    """y = 2x + 3 with ReLU on the output, whose only unit is negative for every input."""
    x = np.tile(np.arange(-1, 6, dtype="float32")[:, None], (20, 1))
    bias = initializers.Constant(-30.0)
    model = keras.Sequential(
        [
            keras.Input((1,)),
            layers.Dense(4, "relu", name="hidden_0"),
            layers.Dense(1, "relu", bias_initializer=bias, name="out"),
        ]
    )
    return compiled(model, Adam(1e-3), "mse"), x, 2 * x + 3, {"epochs": 8, "batch_size": 7}


def plateau():
    """Exclusive or with steps too small to leave the loss of a constant prediction."""
    x = np.tile(np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32"), (50, 1))
    y = (x[:, :1] != x[:, 1:]).astype("float32")
    model = mlp([4], "sigmoid", "sigmoid", units=1, features=2)
    return (
        compiled(model, SGD(0.05, momentum=0.1), "mse"),
        x,
        y,
        {"batch_size": 4, "shuffle": False},
    )


def unrelated_labels():
    """There is nothing to learn."""
    x, _ = digits()
    y = np.random.default_rng(0).integers(0, 2, len(x)).astype("float32")
    return compiled(mlp([8], last="sigmoid", units=1), Adam(1e-3), "binary_crossentropy"), x, y, {}


def dead_layer_of_two():
    """A narrow deep network with a layer that is zero for every input from the start."""
    x = np.linspace(-1.7, 1.7, 512, dtype="float32")[:, None]
    hidden = [layers.Dense(2, "relu", name=f"hidden_{i}") for i in range(5)]
    hidden[2] = layers.Dense(
        2, "relu", name="hidden_2", bias_initializer=initializers.Constant(-9.0)
    )
    model = keras.Sequential([keras.Input((1,)), *hidden, layers.Dense(1)])
    return compiled(model, Adam(1e-3), "mse"), x, np.abs(x), {"epochs": 8}


def deep_sigmoid():
    return compiled(mlp([32] * 8, "sigmoid"), SGD(0.1)), *digits(), {"epochs": 4}


def dead_by_rate():
    return compiled(mlp([64, 32]), SGD(1.0, momentum=0.9)), *digits(), {}


def born_dead():
    model = mlp([32], bias_initializer=initializers.Constant(-9.0))
    return compiled(model, Adam(1e-3)), *digits(), {"epochs": 4}


def saturated():
    model = mlp([32, 32], "tanh", kernel_initializer=initializers.RandomNormal(stddev=2.0))
    return compiled(model, Adam(1e-3)), *digits(), {"epochs": 4}


def exploding():
    x, _ = digits()
    y = (1000 * x[:, 20] + x[:, 30]).astype("float32")
    return compiled(mlp([32, 32], last=None, units=1), SGD(0.01), "mse"), x, y, {"epochs": 3}


def nan_in_batch():
    x, y = digits()
    x[700, 5] = np.nan
    return compiled(mlp([32]), Adam(1e-3)), x, y, {"epochs": 2, "shuffle": False}


def oscillating():
    return compiled(mlp([32], "tanh"), Adam(0.3)), *digits(), {"epochs": 12}


def slow():
    return compiled(mlp([32, 32]), Adam(1e-6)), *digits(), {}


def equal_units():
    model = mlp([32, 32], "tanh", kernel_initializer=initializers.Constant(0.05))
    return compiled(model, Adam(1e-3)), *digits(), {"epochs": 3}


def overfitted():
    x, y = digits()
    rng = np.random.default_rng(0)
    source = (x[200:600], y[200:600])
    options = {"epochs": 40, "batch_size": 16, "validation_data": source}
    return compiled(mlp([128]), Adam(1e-2)), x[:64], rng.integers(0, 10, 64), options


def cut_off():
    class Stop(layers.Layer):
        def call(self, x):
            return keras.ops.stop_gradient(x)

    hidden = [layers.Dense(32, "relu", name=f"hidden_{i}") for i in range(2)]
    head = layers.Dense(10, "softmax", name="out")
    model = keras.Sequential([keras.Input((64,)), hidden[0], Stop(), hidden[1], head])
    return compiled(model, Adam(3e-3)), *digits(), {"epochs": 3}


def raw_input():
    x, y = digits(scale=80)
    return compiled(mlp([32]), Adam(1e-3)), x, y, {"epochs": 3}


def rescaled_inside():
    """The same input, which a layer of the model scales down."""
    x, y = digits(scale=80)
    model = keras.Sequential([keras.Input((64,)), layers.Rescaling(1 / 80), *mlp([32]).layers])
    return compiled(model, Adam(3e-3)), x, y, {}


def logits_taken_for_probabilities():
    return compiled(mlp([32], last=None), Adam(1e-3)), *digits(), {"epochs": 2}


def single_softmax():
    x, y = digits()
    model = compiled(mlp([16], units=1), Adam(1e-3), "binary_crossentropy")
    return model, x, (y > 4).astype("float32"), {"epochs": 2}


def same_batch():
    """A generator that returns its first batch each time."""

    class Stuck(keras.utils.PyDataset):
        def __len__(self):
            return 10

        def __getitem__(self, index):
            x, y = digits()
            return x[:32], y[:32]

    return compiled(mlp([32]), Adam(3e-3)), Stuck(), None, {"batch_size": None}


def loose_labels():
    """Half of the training labels belong to other examples."""
    x, y = digits()
    rng = np.random.default_rng(0)
    wrong = y[:1000].copy()
    chosen = np.flatnonzero(rng.random(1000) < 0.5)
    wrong[chosen] = wrong[rng.permutation(chosen)]
    options = {"epochs": 8, "batch_size": 32, "validation_data": (x[1000:], y[1000:])}
    return compiled(mlp([16]), SGD(0.05)), x[:1000], wrong, options
