"""TensorBoard's two loaders as data providers, without the web server around them."""

import contextlib
import time

from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
from tensorboard.context import RequestContext
from tensorboard.data import server_ingester
from tensorboard.util import grpc_util

from tb_keras_inspect.records import PLUGIN_NAME

KEEP_ALL = {PLUGIN_NAME: 0}  # as the plugin's loader asks for
WAIT_SECONDS = 20


@contextlib.contextmanager
def serve(logdir, loader, samples=KEEP_ALL):
    """Yields a provider and a function that makes it see what was written since.

    Args:
        logdir: A directory.
        loader: "fast" or "python".
        samples: As `--samples_per_plugin`.
    """
    if loader == "python":
        yield _python(str(logdir), samples)
        return
    server = server_ingester.SubprocessServerDataIngester(
        server_binary=server_ingester.get_server_binary(),
        logdir=str(logdir),
        reload_interval=1,
        channel_creds_type=grpc_util.ChannelCredsType.LOCAL,
        samples_per_plugin=samples,
    )
    server.start()
    try:
        yield server.data_provider, _Waiter(server.data_provider)
    finally:
        server._stdin_handle.close()  # it ends when its input does


class _Waiter:
    """Waits until the fast loader serves something new since the last call, and no more comes."""

    def __init__(self, provider):
        self._provider, self._last = provider, {}

    def __call__(self):
        deadline, before = time.monotonic() + WAIT_SECONDS, self._last
        while time.monotonic() < deadline:
            now = _listing(self._provider)
            if now == self._last != before:
                return
            self._last = now
            time.sleep(0.3)
        raise TimeoutError("The loader has not read what was written")


def _python(logdir, samples):
    multiplexer = plugin_event_multiplexer.EventMultiplexer(
        size_guidance={"tensors": 10}, tensor_size_guidance={**samples, "scalars": 1000}
    )

    def reload():
        multiplexer.AddRunsFromDirectory(logdir)
        multiplexer.Reload()

    reload()
    return data_provider.MultiplexerDataProvider(multiplexer, logdir), reload


def _listing(provider):
    arguments = {"ctx": RequestContext(), "experiment_id": ""}
    tensors = provider.list_tensors(**arguments, plugin_name=PLUGIN_NAME)
    scalars = provider.list_scalars(**arguments, plugin_name="scalars")
    return {
        (run, tag): series.max_wall_time
        for found in (tensors, scalars)
        for run, tags in found.items()
        for tag, series in tags.items()
    }
