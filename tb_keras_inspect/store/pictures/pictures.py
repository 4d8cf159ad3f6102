"""What a run recorded about the probe samples: pictures, predictions, activation functions."""

from collections.abc import Sequence

import numpy as np

from tb_keras_inspect.catalog.kinds import INDEXED_KINDS, PICTURE_KINDS
from tb_keras_inspect.records import DecodedProbe, Kind
from tb_keras_inspect.store.errors import NotRecordedError
from tb_keras_inspect.store.model.model_history import ModelHistory
from tb_keras_inspect.store.pictures.activation_functions import (
    ActivationFunctions,
    functions_at,
)
from tb_keras_inspect.store.pictures.maps import (
    Maps,
    MapsReader,
    Snapshot,
    names_in,
)
from tb_keras_inspect.store.pictures.predictions import Predictions, predictions_of
from tb_keras_inspect.store.pictures.probe import ProbeReader
from tb_keras_inspect.store.pictures.sample_inputs import (
    ExampleInput,
    SampleInputsReader,
    array_of,
)
from tb_keras_inspect.store.problems import Problems
from tb_keras_inspect.store.sources.source import Source, Stamp
from tb_keras_inspect.store.tables.table import StatTable


class Pictures:
    """The part of `RunData` that is about the probe samples."""

    def _read_pictures(self, source: Source, models: ModelHistory, problems: Problems) -> None:
        self._maps = {kind: MapsReader(kind, source, models, problems) for kind in INDEXED_KINDS}
        self._probe = ProbeReader(source, problems)
        self._sample_inputs = SampleInputsReader(source, problems)
        self._picture_problems = problems

    # Implemented by `RunData`.

    def _stamp(self, kind: Kind) -> Stamp:
        raise NotImplementedError

    def _not_recorded(self, kind: str) -> NotRecordedError:
        raise NotImplementedError

    def table(self, kind: str) -> StatTable:
        """See `RunData`."""
        raise NotImplementedError

    def maps(self, name: str, kind: str = "maps") -> Maps:
        """Pictures over time.

        Args:
            name: A layer output; for "kernels" the path of a variable, for "saliency" a model input.
            kind: "maps" (activations), "attention", "saliency", "grad_cam" or "kernels".

        Raises:
            NotRecordedError: if there are none.

        Example:

        ```python
        run.maps("conv2d")[-1]  # the newest: float32[samples, C, H, W]
        run.maps("attention", kind="attention").steps  # int64[S]
        ```
        """
        kind = self._picture_kind(kind)
        return self._maps[kind].maps(self._stamp(kind), name)

    def map_snapshots(self, kind: str = "maps") -> list[Snapshot]:
        """The snapshots of a kind: at which steps pictures were recorded, and of what.

        Raises:
            NotRecordedError: if there are none.
        """
        kind = self._picture_kind(kind, INDEXED_KINDS)
        return self._maps[kind].snapshots(self._stamp(kind))

    def map_names(self, kind: str = "maps") -> list[str]:
        """The names of which there are pictures.

        Raises:
            NotRecordedError: if this kind was not recorded.
        """
        return names_in(self.map_snapshots(kind))

    def activation_functions(
        self, step: int | None = None, names: Sequence[str] | None = None
    ) -> ActivationFunctions:
        """The activation functions in use: curves, and histograms of their pre-activations.

        Args:
            step: Selects the newest snapshot at or before this step, or else the first one.
                Defaults to None: the newest.
            names: Names of layer calls. Defaults to None: all.

        Raises:
            NotRecordedError: if there are none.

        Example:

        ```python
        functions = run.activation_functions().functions
        functions["hidden_1"].flat_fraction  # fraction of pre-activations where the curve is flat
        ```
        """
        snapshots = self.map_snapshots(Kind.ACTIVATION_FUNCTION.value)
        if not snapshots:
            raise NotRecordedError("snapshot of kind", Kind.ACTIVATION_FUNCTION.value, ())
        before = [s for s in snapshots if step is None or s.step <= step]
        snapshot = before[-1] if before else snapshots[0]
        for name in names or ():
            if name not in snapshot.blobs:
                raise NotRecordedError("activation function", name, list(snapshot.blobs))
        return functions_at(snapshot, list(names or snapshot.blobs), self._picture_problems)

    @property
    def predictions(self) -> Predictions:
        """The model's outputs for the probe samples, at each snapshot.

        Raises:
            NotRecordedError: if there are none.
        """
        return predictions_of(self.table(Kind.PREDICTION.value))

    @property
    def probe(self) -> DecodedProbe:
        """The probe samples themselves.

        Raises:
            NotRecordedError: if there are none.
        """
        probe = self._probe.probe(self._stamp(Kind.PROBE))
        if probe is None:
            raise self._not_recorded("probe")
        return probe

    def sample_inputs(self, fingerprint: int) -> dict[str, np.ndarray | str]:
        """The inputs of one example, as far as the log has them.

        Args:
            fingerprint: As `samples` has it.

        Returns:
            Name of an input to float32[height, width, channels] of a picture, which may be smaller
            than it was; float32[time, features] of a sequence; float32[values] of token ids (at most
            512) and of other numbers; or text.

        Raises:
            NotRecordedError: if the log does not have them.

        Example:

        ```python
        samples = run.samples()
        worst = samples.fingerprints[samples.loss.argmax()]
        run.sample_inputs(worst)["pictures"]  # float32[H, W, C]
        ```
        """
        found = self.recorded_inputs(int(fingerprint))
        if not found:
            known = "those that were among the four worst of a step"
            raise NotRecordedError("example with inputs", f"{int(fingerprint):016x}", [known])
        return {name: array_of(item) for name, item in found.items()}

    def recorded_inputs(self, fingerprint: int) -> dict[str, ExampleInput]:
        """The inputs of one example as they are stored; {} if the log does not have them."""
        try:
            stamp = self._stamp(Kind.SAMPLE_INPUT)
        except NotRecordedError:
            return {}
        return self._sample_inputs.of(fingerprint, stamp)

    def _picture_kind(self, name: str, known: Sequence[Kind] = PICTURE_KINDS) -> Kind:
        if name not in [kind.value for kind in known]:
            raise NotRecordedError("kind of pictures", name, [kind.value for kind in known])
        return Kind(name)
