"""The routes, their parameters, and how an answer is looked up or computed."""

import dataclasses
import json
import urllib.parse
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from tb_keras_inspect._version import __version__
from tb_keras_inspect.catalog.routes import BATCH, DIFFERENCE, RUN_ROUTES, RUNS, SUMMARIES
from tb_keras_inspect.plugin.answers.control import controls_impl
from tb_keras_inspect.plugin.answers.difference import difference_impl
from tb_keras_inspect.plugin.answers.findings import THRESHOLD_NAMES, findings_impl
from tb_keras_inspect.plugin.answers.inside import activation_functions_impl, predictions_impl
from tb_keras_inspect.plugin.answers.maps import maps_impl, maps_index_impl, probe_impl
from tb_keras_inspect.plugin.answers.precision import precision_impl
from tb_keras_inspect.plugin.answers.runs import model_impl, runs_impl, summaries_impl
from tb_keras_inspect.plugin.answers.samples import samples_impl
from tb_keras_inspect.plugin.answers.scalars import loss_impl, scalars_impl
from tb_keras_inspect.plugin.answers.tables import series_impl, snapshot_impl, table_impl
from tb_keras_inspect.plugin.answers.units import histogram_impl, units_impl
from tb_keras_inspect.plugin.errors import BadRequestError, NotFoundError, as_http
from tb_keras_inspect.plugin.params import Params
from tb_keras_inspect.plugin.payload import Payload, as_container, etag_of
from tb_keras_inspect.store.cache import MemoryCache
from tb_keras_inspect.store.logdir import Logdir
from tb_keras_inspect.store.run import RunData

PARALLEL = 8  # answers of a batch computed at once
MAX_REQUESTS = 64  # requests in a batch
MAX_BATCH_BYTES = 1 << 28
LARGEST_KEPT = 1 << 25  # bytes; larger answers are not cached


Impl = Callable[[RunData, Params], Payload]
IMPLS: dict[str, Impl] = {
    "model": model_impl,
    "table": table_impl,
    "snapshot": snapshot_impl,
    "series": series_impl,
    "units": units_impl,
    "histogram": histogram_impl,
    "precision": precision_impl,
    "maps_index": maps_index_impl,
    "maps": maps_impl,
    "probe": probe_impl,
    "predictions": predictions_impl,
    "activation_functions": activation_functions_impl,
    "loss": loss_impl,
    "samples": samples_impl,
    "scalars": scalars_impl,
    "controls": controls_impl,
    "findings": findings_impl,
}
NAMES = (RUNS, SUMMARIES, DIFFERENCE, *RUN_ROUTES, BATCH)


@dataclasses.dataclass(frozen=True)
class Answer:
    """An answer with its entity tag. It is computed only if the client does not have it already."""

    etag: str
    make: Callable[[], Payload]


class Router:
    """Answers requests about one logdir.

    Args:
        logdir: The runs.
        cache: Stores finished answers.
        samples_limit: How many samples of a tag TensorBoard keeps. 0 means all.
    """

    def __init__(self, logdir: Logdir, cache: MemoryCache, samples_limit: int = 0):
        self._logdir, self._cache, self._samples_limit = logdir, cache, samples_limit

    def answer(self, name: str, arguments: Mapping[str, str]) -> Answer:
        """Returns the answer of a route.

        Raises:
            HttpError: if the request is invalid.
            StoreError, RecordError: if the data is invalid.
        """
        if name == RUNS:
            Params(arguments, ())
            return _finished(runs_impl(self._logdir, self._samples_limit))
        if name == SUMMARIES:
            Params(arguments, ())
            return self._summaries()
        if name == DIFFERENCE:
            return self._difference(Params(arguments, ("run", "other")))
        if name == BATCH:
            return self._batch(Params(arguments, ("requests",)))
        if name not in RUN_ROUTES:
            raise NotFoundError(f"No route {name[:80]!r}. Routes: {', '.join(NAMES)}")
        return self._of_run(name, arguments)

    def _summaries(self) -> Answer:
        runs = self._logdir.runs().values()
        etag = etag_of(__version__, [(run.name, run.stamp) for run in runs])
        return Answer(
            etag, lambda: self._cached((SUMMARIES, etag), lambda: summaries_impl(self._logdir))
        )

    def _difference(self, params: Params) -> Answer:
        run, other = (self._logdir.run(params.text(name)) for name in ("run", "other"))
        etag = etag_of(__version__, run.stamp, other.stamp, DIFFERENCE, run.name, other.name)
        return Answer(
            etag, lambda: self._cached((run.key, etag), lambda: difference_impl(run, other))
        )

    def _of_run(self, name: str, arguments: Mapping[str, str]) -> Answer:
        route, impl = RUN_ROUTES[name], IMPLS[name]
        params = Params(arguments, ("run", *accepted(name)))
        run = self._logdir.run(params.text("run"))
        if route.live:
            return _finished(impl(run, params))
        etag = etag_of(__version__, run.stamp, name, sorted(arguments.items()))
        return Answer(etag, lambda: self._cached((run.key, etag), lambda: impl(run, params)))

    def _cached(self, key: tuple[Any, ...], make: Callable[[], Payload]) -> Payload:
        kept = self._cache.get(key)
        payload = kept if isinstance(kept, Payload) else None
        if payload is None:
            payload = make()
            if payload.nbytes <= LARGEST_KEPT:
                self._cache.put(key, payload)
        return payload

    def _batch(self, params: Params) -> Answer:
        found = [self._found(*request) for request in split_requests(params.text("requests"))]
        etags = [item.etag if isinstance(item, Answer) else item for item in found]
        return Answer(etag_of(*etags), lambda: _join(found))

    def _found(self, name: str, arguments: Mapping[str, str]) -> "Answer | tuple[int, str]":
        try:
            if name == BATCH:
                raise BadRequestError("A batch cannot contain a batch")
            return self.answer(name, arguments)
        except Exception as error:
            return as_http(error)


def accepted(name: str) -> tuple[str, ...]:
    """The parameters that a route of one run accepts besides `run`."""
    thresholds = THRESHOLD_NAMES if IMPLS[name] is findings_impl else ()
    return (*(parameter.name for parameter in RUN_ROUTES[name].parameters), *thresholds)


def split_requests(text: str) -> list[tuple[str, dict[str, str]]]:
    """Parses a JSON list of "route?query" strings to route names and arguments.

    Raises:
        BadRequestError: if it is not such a list, or too long.
    """
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        items = None
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise BadRequestError(
            "Parameter 'requests' must be a JSON list of strings like \"table?run=a&kind=gradient\". "
            f"Received: {text[:80]!r}"
        )
    if len(items) > MAX_REQUESTS:
        raise BadRequestError(
            f"A batch accepts up to {MAX_REQUESTS} requests. Received: {len(items)}"
        )
    return [_split(item) for item in items]


def _split(item: str) -> tuple[str, dict[str, str]]:
    name, _, query = item.partition("?")
    try:
        pairs = urllib.parse.parse_qsl(query, keep_blank_values=True, max_num_fields=100)
    except ValueError as error:
        raise BadRequestError(f"{item[:80]!r} cannot be read: {error}") from error
    return name, dict(reversed(pairs))  # for a repeated name the first one, as in a plain request


def _join(found: "list[Answer | tuple[int, str]]") -> Payload:
    """One container with the body of each answer as bytes, and errors in the header."""
    answers: list[dict[str, Any]] = []
    arrays: dict[str, np.ndarray] = {}
    total = 0
    with ThreadPoolExecutor(PARALLEL) as pool:  # a request mostly waits for TensorBoard
        made = list(pool.map(_made, found))
    for number, (entry, payload) in enumerate(made):
        if payload is not None:
            total += len(payload.body)
            if total > MAX_BATCH_BYTES:
                raise BadRequestError(
                    f"The answers together are larger than {MAX_BATCH_BYTES} bytes: ask for a "
                    "smaller 'width' or send fewer requests at once"
                )
            arrays[str(number)] = np.frombuffer(payload.body, np.uint8)
        answers.append(entry)
    return as_container({"answers": answers}, arrays)


def _made(item: "Answer | tuple[int, str]") -> tuple[dict[str, Any], Payload | None]:
    if isinstance(item, Answer):
        try:
            payload = item.make()
        except Exception as error:
            item = as_http(error)
        else:
            entry = {"status": 200, "content_type": payload.content_type, "etag": item.etag}
            return entry, payload
    status, text = item
    return {"status": status, "error": text}, None


def _finished(payload: Payload) -> Answer:
    return Answer(etag_of(payload.body), lambda: payload)
