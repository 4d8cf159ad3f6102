"""Why a loss stays where a constant prediction has it, and what to try."""

from tb_keras_inspect.diagnosis.advice import find_rate, layer_line, lower_rate, raise_rate
from tb_keras_inspect.diagnosis.finding import Advice
from tb_keras_inspect.diagnosis.padding import mask, unmasked_padding
from tb_keras_inspect.diagnosis.signals.facts import Facts
from tb_keras_inspect.diagnosis.signals.linear import linear_layers

CAUSES = {
    "small_steps": "The gradient has kept its direction all the time, so there is a way down, and the "
    "steps along it are too small. The run needs larger steps or many more of them.",
    "large_steps": "Each step changes the weights by a large part of themselves, so it undoes what the "
    "steps before it have learned.",
    "imbalance": "One class is so rare that always predicting the other is right nearly every time: a "
    "good accuracy says nothing here. The few examples of the rare class have hardly any "
    "say in the gradient.",
    "linear": "Layers without an activation function between them multiply into a single one, so depth "
    "and width add nothing: the model can only learn what is linear in its inputs.",
    "target_scale": "Outputs start near 0, and each step moves them by about the learning rate. The "
    "targets are so large that they are still far away, and until then the model learns only "
    "their mean.",
    "padding": "A recurrent layer goes on through the padding as through words, and what it outputs "
    "last is what is left after it.",
    "no_positions": "Attention and pooling treat a sequence as a set: without positions the model "
    "gives the same answer for any order of the tokens.",
    "no_reason": "Nothing in the record says why. Either the inputs do not tell anything about the "
    "targets, as with labels that were shuffled apart from their examples, or this model cannot find "
    "it.",
}


def advice_on(facts: Facts, variant: str) -> list[Advice]:
    """What to try against a loss that stays where a constant prediction has it."""
    if variant == "small_steps":
        adam = Advice(
            "Or use an optimizer that adapts its steps to the gradient.",
            'model.compile(optimizer="adam", ...)',
        )
        plain = facts.structure.compiled.get("optimizer", "") in ("SGD", "")
        more = Advice("Train for more epochs.")
        return [raise_rate(facts), *([adam] if plain else []), find_rate(), more]
    if variant == "large_steps":
        return [lower_rate(facts), find_rate()]
    if variant == "linear":
        path = linear_layers(facts.structure)[0]
        line = layer_line(facts, path, activation='"relu"')
        return [Advice("Give the hidden layers an activation function, such as ReLU.", line)]
    if variant == "target_scale":
        return [
            Advice(
                "Scale the targets to mean 0 and standard deviation 1, and scale predictions back.",
                "y = (y - y.mean()) / y.std()",
            ),
            raise_rate(facts),
        ]
    padding = unmasked_padding(facts)
    if variant == "padding" and padding is not None:
        return mask(facts, padding)
    if variant == "no_positions":
        return [
            Advice(
                "Add an embedding of the positions to that of the tokens.",
                "x = x + keras.layers.Embedding(length, width)(keras.ops.arange(length))",
            )
        ]
    if variant == "imbalance":
        return [
            Advice(
                "Give the rare class a larger weight.",
                "model.fit(x, y, class_weight={0: 1.0, 1: (1 - y.mean()) / y.mean()})",
            ),
            Advice(
                "Track a metric that a constant prediction cannot win, such as AUC.",
                'metrics=[keras.metrics.AUC(curve="PR")]',
            ),
        ]
    return [
        Advice(
            "Check that each target still belongs to its input, by looking at some of them.",
            "for features, target in zip(x[:5], y[:5]): print(features, target)",
        ),
        Advice(
            "Check that the model can learn 20 samples by heart.",
            "model.fit(x[:20], y[:20], epochs=200)",
        ),
        lower_rate(facts),
    ]
