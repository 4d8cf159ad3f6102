"""An activation function and the pre-activations that it met."""

import numpy as np

from tb_keras_inspect import plots


def test_curve_and_histogram_are_those_recorded(run):
    ax = plots.activation_function(run, "dense")
    (curve,) = ax.lines
    np.testing.assert_allclose(curve.get_xdata(), [-1, 0, 1, 2])
    np.testing.assert_allclose(curve.get_ydata(), [0, 0, 1, 2])
    (beside,) = [other for other in ax.figure.axes if other is not ax]
    assert [bar.get_height() for bar in beside.patches] == [5, 0, 2]
