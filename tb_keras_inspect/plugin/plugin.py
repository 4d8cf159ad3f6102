"""The plugin as TensorBoard sees it: routes parse and respond, `routes` answers."""

import functools
import logging
import threading
from collections.abc import Callable

from tensorboard import errors as tensorboard_errors
from tensorboard import plugin_util
from tensorboard.plugins import base_plugin
from werkzeug import wrappers

from tb_keras_inspect.plugin import responses, routes, static_files
from tb_keras_inspect.plugin.batch import split_requests
from tb_keras_inspect.plugin.errors import HttpError, MethodNotAllowedError, NotFoundError
from tb_keras_inspect.plugin.loader import DEFAULT_CACHE_MEGABYTES
from tb_keras_inspect.plugin.params import Params
from tb_keras_inspect.plugin.payload import Payload, as_container
from tb_keras_inspect.records import PLUGIN_NAME, RecordError
from tb_keras_inspect.store.cache import MemoryCache
from tb_keras_inspect.store.errors import NotRecordedError, StoreError
from tb_keras_inspect.store.logdir import Logdir
from tb_keras_inspect.store.provider import ProviderLogdir

logger = logging.getLogger(__name__)
ES_MODULE = "/index.js"
RUNS = "runs"
Answer = tuple[Payload, str]  # and its entity tag


class InspectPlugin(base_plugin.TBPlugin):
    """Serves `data/plugin/keras_inspect/`; docs/http_api.md describes it.

    Args:
        context: `base_plugin.TBContext`.
    """

    plugin_name = PLUGIN_NAME

    def __init__(self, context: base_plugin.TBContext):
        self._provider = context.data_provider
        flags = context.flags
        megabytes = getattr(flags, "keras_inspect_cache_megabytes", DEFAULT_CACHE_MEGABYTES)
        self._cache = MemoryCache(megabytes << 20)
        self._lock = threading.Lock()
        self._logdirs: dict[str, Logdir] = {}
        self._has_data = False

    def get_plugin_apps(self):
        apps = {ES_MODULE: self._app(self._static), "/static/*": self._app(self._static)}
        apps["/runs"] = self._app(self._runs)
        apps["/batch"] = self._app(self._batch)
        for name in routes.RUN_ROUTES:
            apps[f"/{name}"] = self._app(functools.partial(self._of_run, name))
        return apps

    def is_active(self):
        """Answers from memory: TensorBoard asks at every page load."""
        return self._has_data

    def data_plugin_names(self):
        return (PLUGIN_NAME,)

    def frontend_metadata(self):
        return base_plugin.FrontendMetadata(es_module_path=ES_MODULE, tab_name="Keras Inspect")

    def _app(self, route: Callable[[wrappers.Request], Answer]):
        @wrappers.Request.application
        def application(request: wrappers.Request) -> wrappers.Response:
            try:
                if request.method not in ("GET", "HEAD"):
                    raise MethodNotAllowedError("Only GET is served here")
                return responses.respond(request, *route(request))
            except Exception as error:
                return _error_response(error)

        return application

    def _static(self, request: wrappers.Request) -> Answer:
        _, _, name = request.path.partition(f"/{PLUGIN_NAME}/")
        return static_files.read(name.removeprefix("static/"))

    def _runs(self, request: wrappers.Request) -> Answer:
        return self._answer(self._logdir(request), RUNS, _arguments(request))

    def _of_run(self, name: str, request: wrappers.Request) -> Answer:
        return self._answer(self._logdir(request), name, _arguments(request))

    def _answer(self, logdir: Logdir, name: str, arguments: dict[str, str]) -> Answer:
        if name == RUNS:
            return self._answer_runs(logdir, Params(arguments, ()))
        if name not in routes.RUN_ROUTES:
            known = ", ".join((RUNS, *routes.RUN_ROUTES))
            raise NotFoundError(f"No route {name[:80]!r}. Routes: {known}")
        route = routes.RUN_ROUTES[name]
        params = Params(arguments, ("run", *route.accepted))
        run = logdir.run(params.text("run"))
        etag = routes.etag_of(run.stamp, name, sorted(arguments.items()))
        return route.impl(run, params), etag

    def _answer_runs(self, logdir: Logdir, params: Params) -> Answer:
        payload = routes.runs_impl(logdir, params)
        self._has_data = self._has_data or b'"runs": []' not in payload.body
        return payload, routes.etag_of(payload.body)

    def _batch(self, request: wrappers.Request) -> Answer:
        logdir = self._logdir(request)
        params = Params(_arguments(request), ("requests",))
        answers, etags, arrays = [], [], {}
        for number, (name, arguments) in enumerate(split_requests(params.text("requests"))):
            try:
                payload, etag = self._answer(logdir, name, arguments)
                entry = {"status": 200, "content_type": payload.content_type}
                arrays[str(number)] = payload.as_bytes_array()
                etags.append(etag)
            except Exception as error:
                code, text = _error(error)
                entry = {"status": code, "error": text}
                etags.append(text)
            answers.append(entry)
        return as_container({"answers": answers}, arrays), routes.etag_of(*etags)

    def _logdir(self, request: wrappers.Request) -> Logdir:
        experiment_id = plugin_util.experiment_id(request.environ)
        with self._lock:
            if experiment_id not in self._logdirs:
                source = ProviderLogdir(self._provider, experiment_id)
                self._logdirs[experiment_id] = Logdir(source, self._cache)
            return self._logdirs[experiment_id]


def _arguments(request: wrappers.Request) -> dict[str, str]:
    return request.args.to_dict()


def _error_response(error: Exception) -> wrappers.Response:
    code, text = _error(error)
    return responses.error(text, code)


def _error(error: Exception) -> tuple[int, str]:
    """Status and text. Whatever is wrong with the data is not the server's failure."""
    if isinstance(error, HttpError):
        return error.code, str(error)
    if isinstance(error, NotRecordedError | tensorboard_errors.NotFoundError):
        return 404, str(error)
    if isinstance(error, RecordError | StoreError):
        return 404, f"Cannot be read: {error}"
    logger.exception("unexpected error in a route")
    return 404, f"Cannot be answered: {type(error).__name__}: {error}"
