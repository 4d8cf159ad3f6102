"""Rows of a graph and the order in them."""

import numpy as np

from tb_keras_inspect.plots.graph_layout import layered


def test_a_row_is_the_longest_path_from_an_input():
    places = layered([0, 1, 2, 3], [(0, 1), (1, 2), (0, 3), (2, 3)])
    assert [places[node][0] for node in range(4)] == [0, 1, 2, 3]


def test_branches_stand_beside_each_other_and_do_not_cross():
    # Two chains between a fork and a join, their second nodes given in the opposite order.
    places = layered(range(6), [(0, 1), (0, 2), (1, 4), (2, 3), (3, 5), (4, 5)])
    assert places[1][0] == places[2][0] == 1
    assert places[3][0] == places[4][0] == 2
    assert (places[1][1] < places[2][1]) == (places[4][1] < places[3][1])


def test_edges_that_go_back_or_nowhere_do_not_count():
    places = layered([0, 1, 2], [(1, 0), (0, 1), (1, 9), (9, 2)])
    assert [places[node][0] for node in range(3)] == [0, 1, 0]


def test_random_graphs_point_downwards_and_no_two_nodes_share_a_place():
    rng = np.random.default_rng(0)
    for _ in range(30):
        edges = [tuple(sorted(pair)) for pair in rng.integers(0, 20, (30, 2)).tolist()]
        places = layered(range(20), [(a, b) for a, b in edges if a != b])
        assert len(set(places.values())) == 20
        assert all(places[a][0] < places[b][0] for a, b in edges if a != b)
