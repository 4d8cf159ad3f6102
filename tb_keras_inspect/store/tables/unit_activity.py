"""The part of `RunData` that is about units: their activity over time, and which of them are dead."""

import numpy as np

from tb_keras_inspect.catalog.kinds import Kind
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.tables.units import Units, UnitsTable, dead_units
from tb_keras_inspect.store.tables.units_at import UnitsAt, units_at


class UnitActivity:
    """What `RunData` offers about units."""

    # Implemented by `RunData`.

    def _units(self) -> UnitsTable:
        raise NotImplementedError

    def _window(self, steps: np.ndarray) -> tuple[np.ndarray, str]:
        """First sample of the window that ends at each sample, and a description of the window."""
        raise NotImplementedError

    def units(self, site: str) -> Units:
        """The activity of each unit of one layer output.

        A unit is dead at a step if it was zero in every sampled batch of the window that ends there.
        The window holds the sampled steps within the last `model.steps_per_epoch` steps. If that
        number is unknown, it holds those since the current epoch began; failing that, the last 20
        samples.

        Args:
            site: Name of the layer output, as in the model record.

        Raises:
            NotRecordedError: if no units were recorded for it.

        Example:

        ```python
        run.units("hidden_1").dead.mean(axis=1)  # fraction of dead units, float64[S]
        ```
        """
        table = self._units()
        max_abs = table.select(site)
        starts, description = self._window(table.steps)
        dead = dead_units(table.steps, max_abs, starts)
        samples = np.arange(len(starts)) - starts + 1
        return Units(table.steps, max_abs, dead, samples, description)

    def units_at(self, step: int | None = None) -> UnitsAt:
        """The number of dead units of each layer at one sample, with "dead" defined as in `units`.

        Args:
            step: Selects the newest sample at or before this step, or else the first one. Defaults
                to None: the newest.

        Raises:
            NotRecordedError: if no units were recorded.

        Example:

        ```python
        at = run.units_at(step=10)
        dict(zip(at.names, at.dead))  # dead units of each layer
        ```
        """
        table = self._units()
        if not len(table.steps):
            raise NotRecordedError("sample of kind", Kind.UNITS.value, ())
        starts, description = self._window(table.steps)
        index = len(table.steps) - 1
        if step is not None:
            index = max(int(np.searchsorted(table.steps, step, side="right")) - 1, 0)
        return units_at(table, index, int(starts[index]), description)
