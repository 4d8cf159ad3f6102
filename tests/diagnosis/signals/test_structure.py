"""The model as rules see it."""

from tb_keras_inspect.diagnosis.signals.structure import Structure
from tests.diagnosis.synthetic import Run, chain


def structure(model):
    return Structure(Run(model, samples=1).data.model)


def paths(found):
    return [item.layer.path for item in found.weighted]


def test_layers_stand_in_the_order_of_the_forward_pass():
    model = chain(3)
    sites = [model.sites[i] for i in (2, 0, 1)]
    copies = [type(site).FromString(site.SerializeToString()) for site in sites]
    del model.sites[:]
    model.sites.extend(copies)
    assert paths(structure(model)) == ["dense_2", "dense_0", "dense_1"]


def test_without_all_sites_they_stand_in_the_order_of_the_variables():
    model = chain(3)
    del model.sites[0]
    assert paths(structure(model)) == ["dense_0", "dense_1", "dense_2"]


def test_biases_of_rank_two_are_not_kernels():
    model = chain(1)
    model.variables[1].shape.append(4)
    (item,) = structure(model).weighted
    assert item.kernels == ("dense_0/kernel",)
    assert item.others == ("dense_0/bias",)


def test_a_cell_counts_as_the_layer_around_it():
    model = chain(1)
    model.layers.add(path="dense_0/cell", class_name="LSTMCell", parent=0)
    for variable in model.variables:
        variable.layer = 1
    assert paths(structure(model)) == ["dense_0"]


def test_embeddings_are_left_out():
    model = chain(2)
    model.layers[0].class_name = "Embedding"
    assert paths(structure(model)) == ["dense_1"]


def test_the_output_is_the_last_layer_that_does_more_than_reshape():
    model = chain(3)
    model.layers[2].class_name = "Reshape"
    assert [site.name for site in structure(model).outputs] == ["dense_1"]


def test_guessed_edges_name_no_outputs():
    model = chain(3)
    model.edges.add(source=0, target=1)
    model.edges_from = "order of calls"
    found = structure(model)
    assert [found.is_output(site) for site in found.sites] == [False, False, True]


def test_parts_of_a_model_with_its_own_training_step_have_outputs_too():
    model = chain(4)
    model.layers[2].parent = model.layers[3].parent = 1
    model.compiled["train_step"] = "own"
    found = structure(model)
    assert found.is_output(found.site("dense_3"))


def test_edges_in_a_circle_do_not_hang():
    model = chain(3)
    for source, target in ((0, 1), (1, 0), (2, 2)):
        model.edges.add(source=source, target=target)
    model.layers[1].class_name = model.layers[0].class_name = "Reshape"
    found = structure(model)
    assert [found.is_output(site) for site in found.sites]


def test_without_a_model_everything_is_empty():
    found = Structure(None)
    assert (found.weighted, found.outputs, found.compiled) == ([], [], {})
