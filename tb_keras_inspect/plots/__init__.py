"""The main plots of a run as matplotlib figures. Needs the extra `plot`.

Every function draws into the axes `ax`, or into a new figure, and returns the axes. Notebooks may
import this folder; it imports `store` and `diagnosis`, never Keras or a backend.

```python
from tb_keras_inspect import load_run, plots

run = load_run("logs/a")
ax = plots.gradient_flow(run)
ax.figure.savefig("flow.png")
```
"""

from tb_keras_inspect.catalog.extras import how_to_install

try:
    import matplotlib  # noqa: F401
except ImportError as error:
    raise ImportError(
        f"tb_keras_inspect.plots needs matplotlib: {how_to_install('plot')}"
    ) from error

from tb_keras_inspect.plots.activation_function import activation_function
from tb_keras_inspect.plots.coordinates import coordinates
from tb_keras_inspect.plots.flow import gradient_flow, over_time
from tb_keras_inspect.plots.graph import model_graph
from tb_keras_inspect.plots.histogram import histograms
from tb_keras_inspect.plots.learning_rate import learning_rate
from tb_keras_inspect.plots.loss import loss
from tb_keras_inspect.plots.overview import overview
from tb_keras_inspect.plots.pictures import activation_maps, attention, kernels
from tb_keras_inspect.plots.units import dead_units, unit_activity

__all__ = [
    "activation_function",
    "activation_maps",
    "attention",
    "coordinates",
    "dead_units",
    "gradient_flow",
    "histograms",
    "kernels",
    "learning_rate",
    "loss",
    "model_graph",
    "over_time",
    "overview",
    "unit_activity",
]
