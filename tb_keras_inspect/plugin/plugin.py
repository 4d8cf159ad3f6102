"""The plugin that TensorBoard sees. It parses requests and responds; `routes` computes the answers."""

import functools
import threading
from collections.abc import Callable

from tensorboard import plugin_util
from tensorboard.plugins import base_plugin
from werkzeug import wrappers

from tb_keras_inspect.plugin import responses, routes, static_files
from tb_keras_inspect.plugin.answers.control import Steering
from tb_keras_inspect.plugin.control_apps import WsgiApp, control_apps
from tb_keras_inspect.plugin.errors import BadRequestError, MethodNotAllowedError, as_http
from tb_keras_inspect.plugin.flags import DEFAULT_CACHE_MEGABYTES
from tb_keras_inspect.plugin.host_check import HostCheck
from tb_keras_inspect.records import PLUGIN_NAME
from tb_keras_inspect.store.cache import MemoryCache
from tb_keras_inspect.store.logdir import Logdir
from tb_keras_inspect.store.sources.data_provider import ProviderLogdir

ES_MODULE = "/index.js"
View = Callable[[wrappers.Request], routes.Answer]


class InspectPlugin(base_plugin.TBPlugin):  # type: ignore[misc] # TensorBoard has no types
    """Serves `data/plugin/keras_inspect/`; docs/http_api.md describes it.

    Args:
        context: `base_plugin.TBContext`.
    """

    plugin_name = PLUGIN_NAME

    def __init__(self, context: base_plugin.TBContext):
        self._provider = context.data_provider
        flags = context.flags
        megabytes = getattr(flags, "keras_inspect_cache_megabytes", DEFAULT_CACHE_MEGABYTES)
        limits = getattr(flags, "samples_per_plugin", None) or {}
        self._samples_limit = limits.get(PLUGIN_NAME, 0)
        self._cache = MemoryCache(megabytes << 20)
        enabled = bool(getattr(flags, "keras_inspect_control", False))
        self._steering = Steering(getattr(context, "logdir", None) or "", enabled)
        self._host_check = HostCheck(flags)
        self._lock = threading.Lock()
        self._logdirs: dict[str, Logdir] = {}

    def get_plugin_apps(self) -> dict[str, WsgiApp]:
        apps = {f"/{n}": _app(functools.partial(self._route, n)) for n in routes.NAMES}
        apps |= control_apps(self._steering, self._check_run)
        guarded = {path: self._host_check.guard(app) for path, app in apps.items()}
        # Everybody may have the tab itself: it shows what the guard answers.
        return {ES_MODULE: _app(_static), "/static/*": _app(_static), **guarded}

    def _check_run(self, request: wrappers.Request, run: str) -> None:
        self._logdir(plugin_util.experiment_id(request.environ)).run(run)

    def is_active(self) -> bool:
        """Answers from memory, because TensorBoard asks at every page load."""
        return any(logdir.has_data for logdir in list(self._logdirs.values()))

    def data_plugin_names(self) -> tuple[str, ...]:
        return (PLUGIN_NAME,)

    def frontend_metadata(self) -> base_plugin.FrontendMetadata:
        return base_plugin.FrontendMetadata(es_module_path=ES_MODULE, tab_name="Keras Inspect")

    def _route(self, name: str, request: wrappers.Request) -> routes.Answer:
        logdir = self._logdir(plugin_util.experiment_id(request.environ))
        router = routes.Router(logdir, self._cache, self._samples_limit)
        return router.answer(name, _arguments(request))

    def _logdir(self, experiment_id: str) -> Logdir:
        with self._lock:
            if experiment_id not in self._logdirs:
                source = ProviderLogdir(self._provider, experiment_id)
                self._logdirs[experiment_id] = Logdir(source, self._cache)
            return self._logdirs[experiment_id]


def _app(view: View) -> WsgiApp:
    """A WSGI application that never responds with 500."""

    @wrappers.Request.application
    def application(request: wrappers.Request) -> wrappers.Response:
        try:
            if request.method not in ("GET", "HEAD"):
                raise MethodNotAllowedError("Only GET is accepted here")
            answer = view(request)
            if responses.has_it(request, answer.etag):
                return responses.not_modified(answer.etag)
            return responses.fresh(request, answer.make(), answer.etag)
        except Exception as error:
            code, text = as_http(error)
            return responses.error(text, code)

    return application


def _arguments(request: wrappers.Request) -> dict[str, str]:
    try:
        return request.args.to_dict()
    except UnicodeDecodeError:
        received = request.query_string[:80]
        raise BadRequestError(
            f"The query must be percent-encoded UTF-8. Received: {received!r}"
        ) from None


def _static(request: wrappers.Request) -> routes.Answer:
    _, _, name = request.path.rpartition(f"/{PLUGIN_NAME}/")
    return static_files.answer(name.removeprefix("static/"))
