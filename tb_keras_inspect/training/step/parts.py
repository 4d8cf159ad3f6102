"""The parts of a model that are recorded."""

import dataclasses
from typing import Any

import keras

from tb_keras_inspect.training.model import names
from tb_keras_inspect.training.model.layer_filter import LayerFilter


@dataclasses.dataclass
class RecordedParts:
    """Layers and variables of a model that are recorded.

    Attributes:
        layers: `id(layer)` to name, of the layers whose outputs are recorded.
        variables: Trainable variables that are recorded.
        variable_names: Their names.
        input_names: Names of the model's inputs, where it knows them.
        output_names: Names of the model's outputs, where it knows them.
        compiled_loss: What Keras compiled the model's losses to.
        loss_tracker: The metric that Keras updates with the loss of each batch.
        model: The model itself; None where nothing is recorded of it.
    """

    layers: dict[int, str] = dataclasses.field(default_factory=dict)
    variables: list[Any] = dataclasses.field(default_factory=list)
    variable_names: list[str] = dataclasses.field(default_factory=list)
    input_names: list[str] = dataclasses.field(default_factory=list)
    output_names: list[str] = dataclasses.field(default_factory=list)
    loss_tracker: Any = None
    compiled_loss: Any = None
    model: Any = None


def recorded_parts(model: keras.Model, wanted: LayerFilter) -> RecordedParts:
    """Decides which layers and variables of a model are recorded."""
    all_names = names.layer_names(model)
    layers: dict[int, str] = {}
    chosen_variables: set[int] = set()
    of_a_layer: set[int] = set()
    inside_rnn: set[int] = set()
    for layer, _ in names.layers_of(model):
        name = all_names[id(layer)]
        own = {id(variable) for variable in layer.trainable_variables}
        of_a_layer |= own
        if isinstance(layer, keras.layers.RNN):
            # Called once outside its loop to infer shapes: that would record the first time step.
            inside_rnn |= {id(cell) for cell in layer.cell._flatten_layers()}
        if wanted(name, layer):
            if id(layer) not in inside_rnn:
                layers[id(layer)] = name
            chosen_variables |= own
    variables = list(model.trainable_variables)
    pairs = [
        (variable, path)
        for variable, path in zip(variables, names.variable_names(variables, model), strict=True)
        if id(variable) in chosen_variables
        or (id(variable) not in of_a_layer and wanted(path, model))
    ]
    return RecordedParts(
        layers,
        [variable for variable, _ in pairs],
        [path for _, path in pairs],
        [tensor.name for tensor in getattr(model, "inputs", None) or []],
        list(getattr(model, "output_names", None) or []),
        getattr(model, "_loss_tracker", None),
        getattr(model, "_compile_loss", None),
        model,
    )
