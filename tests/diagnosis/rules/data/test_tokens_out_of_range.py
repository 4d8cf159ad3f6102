"""tokens_out_of_range: numbers without a vector, in inputs that go straight into an embedding."""

import pytest

from tb_keras_inspect.diagnosis import diagnose
from tb_keras_inspect.diagnosis.rules.data import tokens_out_of_range as rule
from tb_keras_inspect.records import Kind
from tb_keras_inspect.records import inspect_pb2 as pb
from tests.diagnosis.synthetic import Run, chain, found


def model(between="", inputs=("ids",), size=100, edges="functional graph") -> pb.ModelRecord:
    """Inputs, the first of which goes into an embedding, through a layer if one is named."""
    record = chain()
    del record.inputs[:]
    record.inputs.extend(inputs)
    source = len(record.layers)
    for name in inputs:
        record.layers.add(path=name, class_name="InputLayer", parent=-1)
    if between:
        record.layers.add(path="between", class_name=between, parent=-1)
        record.edges.add(source=source, target=len(record.layers) - 1)
        source = len(record.layers) - 1
    settings = {"input_dim": str(size), "output_dim": "8"}
    record.layers.add(path="words", class_name="Embedding", parent=-1, settings=settings)
    record.edges.add(source=source, target=len(record.layers) - 1)
    record.edges_from = edges
    return record


def run(low, high, row=0, **options):
    made = Run(model(**options))
    made.set(Kind.INPUT, "min", 0).set(Kind.INPUT, "max", 1)
    return made.set(Kind.INPUT, "min", low, row=row).set(Kind.INPUT, "max", high, row=row)


@pytest.mark.parametrize(
    ("low", "high", "variants"),
    [(0, 99, []), (1, 100, ["too_large"]), (0, 5000, ["too_large"]), (-1, 99, ["negative"])],
)
def test_tokens_have_vectors_from_0_to_one_below_input_dim(low, high, variants):
    assert [finding.variant for finding in found(rule, run(low, high))] == variants


def test_the_finding_names_the_embedding_its_size_and_the_token_and_gives_the_line():
    (finding,) = found(rule, run(1, 100))
    assert finding.title == (
        "Input ids holds token 100, but words has vectors for 0 to 99 from the start"
    )
    assert finding.where.layers == ["words"]
    assert finding.advice[0].code == "keras.layers.Embedding(101, 8)"


def test_a_layer_before_the_embedding_may_change_the_numbers():
    assert found(rule, run(1, 5000, between="Hashing")) == []


def test_of_several_inputs_only_the_one_of_the_embedding_counts():
    both = ("ids", "prices")
    assert len(found(rule, run(1, 5000, inputs=both))) == 1
    assert found(rule, run(1, 5000, row=1, inputs=both)) == []


def test_connections_that_are_only_a_guess_are_not_used():
    assert found(rule, run(1, 5000, edges="order of calls")) == []


def test_a_nan_that_follows_is_explained_by_it():
    made = run(1, 100).loss(float("nan"))
    (root,) = diagnose(made.data)
    assert root.problem == "tokens_out_of_range"
    assert "non_finite" in {finding.problem for finding in root.related}


@pytest.mark.parametrize(("high", "variants"), [(0.98, ["fractions"]), (1.0, []), (37.5, [])])
def test_tokens_that_were_scaled_to_fractions_are_found(high, variants):
    assert [finding.variant for finding in found(rule, run(0, high))] == variants


def test_token_numbers_that_an_operation_computes_are_not_those_of_the_input():
    made = run(1, 5000)
    made.model.compiled["computed_tokens"] = '["words"]'
    assert found(rule, made) == []


def test_padding_with_minus_one_gets_a_number_of_its_own():
    (finding,) = found(rule, run(-1, 99))
    assert "padding and unknown words (-1)" in finding.advice[0].text
    assert finding.advice[0].code.startswith("x = np.where(x < 0, 0, x + 1)")
