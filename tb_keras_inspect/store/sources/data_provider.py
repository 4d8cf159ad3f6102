"""Runs served by TensorBoard's data provider, whichever loader is behind it."""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from tensorboard.context import RequestContext
from tensorboard.data import provider as provider_lib

from tb_keras_inspect.records import PLUGIN_NAME, Kind, RecordError
from tb_keras_inspect.store.errors import UnreadableError
from tb_keras_inspect.store.sources.bounded_provider import bounded
from tb_keras_inspect.store.sources.file_damage import FileDamage
from tb_keras_inspect.store.sources.scalars import SUBRUNS, RawScalars
from tb_keras_inspect.store.sources.source import Records, Stamp

MESSAGE_BYTES = 200 << 20  # to ask for where all is too much; the limit is 256 MB
PARALLEL = 16  # blobs: each takes the fast loader some 45 ms of waiting
EVERYTHING = 1 << 30  # points per tag: no down-sampling by the provider


class ProviderLogdir:
    """All runs of a logdir.

    Args:
        provider: `tensorboard.data.provider.DataProvider`.
        experiment_id: As the request has it; empty for a local TensorBoard.

    Attributes:
        thinned: Run and kind to the number of samples read, where all were too many at once.
    """

    def __init__(self, provider: provider_lib.DataProvider, experiment_id: str = ""):
        self._provider = bounded(provider)
        self._arguments = {"experiment_id": experiment_id, "plugin_name": PLUGIN_NAME}
        self._context = RequestContext()
        self.thinned: dict[tuple[str, Kind], int] = {}
        self._damage: FileDamage | None = None

    def location(self) -> str:
        """Where TensorBoard looks for data."""
        metadata = self._provider.experiment_metadata(
            self._context, experiment_id=self._arguments["experiment_id"]
        )
        return str(metadata.data_location)

    def stamps(self, runs: Sequence[str] | None = None) -> dict[str, dict[Kind, Stamp]]:
        """What there is: run to kind to a stamp that changes when data is added."""
        arguments = {**self._arguments, "run_tag_filter": _filter(runs)}
        found: dict[str, dict[Kind, Stamp]] = {}
        lists = (self._provider.list_tensors, self._provider.list_blob_sequences)
        with ThreadPoolExecutor(len(lists)) as pool:  # the fast loader lets each wait 45 ms
            listings = list(pool.map(lambda ask: ask(self._context, **arguments), lists))
        for listing in listings:
            for run, tags in listing.items():
                for tag, series in tags.items():
                    kind = _kind(tag, series)
                    if kind is not None:
                        stamp = (series.max_step, _finite(series.max_wall_time))
                        found.setdefault(run, {})[kind] = stamp
        return found

    def records(self, run: str, kind: Kind) -> Records:
        """All records of one run and kind."""
        if kind.is_blob_sequence:
            return self._blobs(self._read(run, kind, EVERYTHING))
        try:
            return _tensors(self._read(run, kind, EVERYTHING))
        except Exception as error:
            if not _is_too_large(error):
                raise
        return _tensors(self._read_thinned(run, kind))

    def scalars(self, run: str) -> list[RawScalars]:
        """Scalars of a run and right below it, as TensorBoard has kept them (1,000 of each tag
        unless its flags say otherwise)."""
        names = {_below(run, subrun): subrun for subrun in SUBRUNS}
        arguments = {**self._arguments, "plugin_name": "scalars"}
        try:
            found = self._provider.read_scalars(
                self._context,
                **arguments,
                downsample=EVERYTHING,
                run_tag_filter=_filter(list(names)),
            )
        except (TypeError, ValueError) as error:
            raise UnreadableError(f"TensorBoard cannot read its scalars: {error}") from error
        return [
            _raw_scalars(subrun, tag, found[name][tag])
            for name, subrun in names.items()
            for tag in sorted(found.get(name, {}))
        ]

    def damage(self, run: str) -> list[str]:
        """What is damaged in the files of a run, as far as it is known."""
        if self._damage is None:
            self._damage = FileDamage(self.location())
        return self._damage.problems(run)

    def run(self, name: str) -> "ProviderRun":
        """One run as a source."""
        return ProviderRun(self, name)

    def _read(self, run: str, kind: Kind, count: int) -> Sequence[Any]:
        read = self._provider.read_tensors
        if kind.is_blob_sequence:
            read = self._provider.read_blob_sequences
        tags = _filter([run], [kind.tag])
        try:
            found = read(self._context, **self._arguments, downsample=count, run_tag_filter=tags)
        except Exception as error:
            if _is_of_the_server(error):
                raise
            raise UnreadableError(
                f"{kind.value}: TensorBoard cannot read any of it, because of a damaged value: {error}"
            ) from error
        data: Sequence[Any] = found.get(run, {}).get(kind.tag, ())
        return data

    def _read_thinned(self, run: str, kind: Kind) -> Sequence[Any]:
        """As many samples as fit into one message of the fast loader; TensorBoard chooses them."""
        newest = self._read(run, kind, 1)
        count = MESSAGE_BYTES // max(sum(_size(datum) for datum in newest), 1)
        while count > 1:
            try:
                data = self._read(run, kind, count)
            except Exception as error:
                if not _is_too_large(error):
                    raise
                count //= 2
            else:
                self.thinned[(run, kind)] = len(data)
                return data
        return newest

    def _blobs(self, data: Sequence[Any]) -> Records:
        def read(index: int, blob: int) -> bytes:
            references = data[index].values
            if not 0 <= blob < len(references):
                raise RecordError(f"blob {blob} is missing")
            return self._read_blob(references[blob].blob_key)

        return Records(*_keys(data), read, PARALLEL)

    def _read_blob(self, key: str) -> bytes:
        try:
            return _bytes(self._provider.read_blob(self._context, blob_key=key))
        except Exception as error:
            if isinstance(error, RecordError) or _is_of_the_server(error):
                raise
            raise RecordError(f"TensorBoard cannot read it: {error}") from error


class ProviderRun:
    """One run of a `ProviderLogdir`; a `store.sources.source.Source`."""

    def __init__(self, logdir: ProviderLogdir, name: str):
        self._logdir, self._name = logdir, name

    def stamps(self) -> dict[Kind, Stamp]:
        return self._logdir.stamps([self._name]).get(self._name, {})

    def records(self, kind: Kind) -> Records:
        return self._logdir.records(self._name, kind)

    def scalars(self) -> list[RawScalars]:
        return self._logdir.scalars(self._name)

    def problems(self) -> Sequence[str]:
        thinned = list(self._logdir.thinned.items())
        return [
            *self._logdir.damage(self._name),
            *(
                f"{kind.value}: showing {count} samples, which TensorBoard chose at random, and the "
                "last one: all of them are too large for one of its messages. load_run reads all of "
                "them"
                for (run, kind), count in thinned
                if run == self._name
            ),
        ]


def _filter(
    runs: Sequence[str] | None, tags: Sequence[str] | None = None
) -> provider_lib.RunTagFilter:
    return provider_lib.RunTagFilter(runs=runs, tags=tags)


def _below(run: str, subrun: str) -> str:
    if not subrun:
        return run
    return subrun if run == "." else f"{run}/{subrun}"


def _raw_scalars(subrun: str, tag: str, data: Sequence[Any]) -> RawScalars:
    values = np.fromiter((datum.value for datum in data), np.float64, len(data))
    return RawScalars(subrun, tag, _keys(data)[0], values)


def _kind(tag: str, series: object) -> Kind | None:
    """None for tags of ours that this version does not know."""
    kind = Kind.of_tag(tag)
    if kind is None:
        return None
    is_blob_sequence = isinstance(series, provider_lib.BlobSequenceTimeSeries)
    return kind if kind.is_blob_sequence == is_blob_sequence else None


def _tensors(data: Sequence[Any]) -> Records:
    """Records that free each message once it is read: together they are as large as what they are
    decoded to."""
    keys, left = _keys(data), list(data)

    def read(index: int, blob: int) -> bytes:
        if blob != 0:
            raise RecordError("the value is not a sequence")
        datum, left[index] = left[index], None
        return _message(datum)

    return Records(*keys, read)


def _size(datum: provider_lib.TensorDatum) -> int:
    return sum(len(item) for item in datum.numpy.ravel().tolist() if isinstance(item, bytes))


def _message(datum: provider_lib.TensorDatum) -> bytes:
    if datum.numpy.size != 1:
        raise RecordError("the value is not one message")
    return _bytes(datum.numpy.item())


def _is_of_the_server(error: Exception) -> bool:
    """Whether the error is from gRPC, and so not necessarily caused by the data."""
    return hasattr(error, "code")


def _is_too_large(error: Exception) -> bool:
    """Whether it is gRPC's error for a message beyond its limit (256 MB in TensorBoard)."""
    code = getattr(error, "code", None)
    return callable(code) and getattr(code(), "name", "") == "RESOURCE_EXHAUSTED"


def _keys(data: Sequence[Any]) -> tuple[np.ndarray, np.ndarray]:
    """Steps, and times for the order: the writer makes them increase."""
    steps = np.fromiter((datum.step for datum in data), np.int64, len(data))
    order = np.fromiter((datum.wall_time for datum in data), np.float64, len(data))
    return steps, order


def _finite(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def _bytes(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise RecordError(f"the value is not a message but a {type(value).__name__}")
    return value
