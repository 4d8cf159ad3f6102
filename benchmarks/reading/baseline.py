"""How long TensorBoard itself takes to load a logdir, without any request to the plugin.

    python -m benchmarks.reading.baseline LOGDIR fast|python|python-no-tensorflow

Prints one JSON object: seconds until everything is loaded, and the peak memory in bytes of the
process that holds the data. The Python loader reads records with TensorFlow if it is installed, and
otherwise in pure Python.
"""

import argparse
import json
import os
import sys
import time
import types

from benchmarks.reading import memory

PLUGIN_NAME = "keras_inspect"
KEEP_ALL = {PLUGIN_NAME: 0}


def load_python(logdir: str) -> dict:
    """Loads with the Python multiplexer."""
    from tensorboard.backend.event_processing import plugin_event_multiplexer
    from tensorboard.compat import tf

    tf.io.gfile.exists(logdir)  # imports TensorFlow now, so that it is not timed
    multiplexer = plugin_event_multiplexer.EventMultiplexer(tensor_size_guidance=KEEP_ALL)
    start = time.perf_counter()
    multiplexer.AddRunsFromDirectory(logdir)
    multiplexer.Reload()
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "peak": memory.largest(os.getpid())}


def load_fast(logdir: str) -> dict:
    """Loads with the Rust process. It is done when its listing has not changed for a second."""
    from tensorboard.context import RequestContext
    from tensorboard.data import server_ingester
    from tensorboard.util import grpc_util

    server = server_ingester.SubprocessServerDataIngester(
        server_binary=server_ingester.get_server_binary(),
        logdir=logdir,
        reload_interval=0,
        channel_creds_type=grpc_util.ChannelCredsType.LOCAL,
        samples_per_plugin=KEEP_ALL,
    )
    start = time.perf_counter()
    server.start()
    last, changed_at = None, start
    while last in (None, "{}") or time.perf_counter() - changed_at < 1:
        now = repr(
            server.data_provider.list_tensors(
                RequestContext(), experiment_id="", plugin_name=PLUGIN_NAME
            )
        )
        if now != last:
            last, changed_at = now, time.perf_counter()
        time.sleep(0.05)
    peak = sum(memory.largest(pid) for pid in memory.descendants(os.getpid()))
    server._stdin_handle.close()  # it exits when its input ends
    return {"seconds": changed_at - start, "peak": peak}


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("logdir")
    parser.add_argument("loader", choices=["fast", "python", "python-no-tensorflow"])
    options = parser.parse_args()
    if options.loader == "python-no-tensorflow":
        sys.modules["tensorboard.compat.notf"] = types.ModuleType("notf")
    load = load_fast if options.loader == "fast" else load_python
    print(json.dumps(load(options.logdir)))


if __name__ == "__main__":
    main()
