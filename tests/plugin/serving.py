"""The plugin behind a WSGI client, in this process, as TensorBoard would call it."""

import argparse
import json
import logging
import urllib.parse

from tensorboard.plugins import base_plugin
from werkzeug import exceptions, test, wrappers

from tb_keras_inspect.plugin.loader import InspectLoader
from tests.plugin import containers
from tests.store.loaders import serve

PREFIX = "/data/plugin/keras_inspect"


class Client:
    """Asks the plugin.

    Args:
        logdir: What the Python loader serves.
        cache_megabytes, control: As the flags.
    """

    def __init__(self, logdir, cache_megabytes=64, control=False):
        with serve(logdir, "python") as (provider, reload):  # nothing of it needs closing
            self.provider, self.reload = provider, reload
        flags = argparse.Namespace(
            keras_inspect_cache_megabytes=cache_megabytes,
            keras_inspect_control=control,
            samples_per_plugin={},
        )
        loader = InspectLoader()
        loader.fix_flags(flags)
        self.plugin = loader.load(
            base_plugin.TBContext(data_provider=provider, flags=flags, logdir=str(logdir))
        )
        self._apps = self.plugin.get_plugin_apps()
        self._client = test.Client(self.dispatch, wrappers.Response)

    def get(self, route, headers=None, method="GET", **arguments):
        """A response."""
        query = urllib.parse.urlencode(arguments)
        return self._client.open(
            f"{PREFIX}/{route}", query_string=query, headers=headers, method=method
        )

    def json(self, route, **arguments):
        """Parsed JSON of a successful response."""
        response = self.get(route, **arguments)
        assert response.status_code == 200, response.text
        return parse_json(response.data)

    def container(self, route, **arguments):
        """Meta and arrays of a successful response."""
        response = self.get(route, **arguments)
        assert response.status_code == 200, response.text
        return containers.unpack(response.data)

    def error(self, route, **arguments):
        """Status and text of an error."""
        response = self.get(route, **arguments)
        assert response.status_code >= 400
        return response.status_code, json.loads(response.data)["error"]

    @staticmethod
    def environ(route, query="", headers=()):
        """What a WSGI server hands over for a request; texts are bytes decoded as Latin-1."""
        names = {name: f"HTTP_{name.upper().replace('-', '_')}" for name in dict(headers)}
        environ = test.EnvironBuilder(f"{PREFIX}/{route}").get_environ()
        return environ | {names[n]: v for n, v in dict(headers).items()} | {"QUERY_STRING": query}

    def dispatch(self, environ, start_response):
        """The WSGI application."""
        path = environ["PATH_INFO"].removeprefix(PREFIX)
        app = self._apps.get(path)
        if app is None and path.startswith("/static/"):
            app = self._apps["/static/*"]
        return (app or exceptions.NotFound())(environ, start_response)


def parse_json(data):
    """JSON as browsers take it: without NaN."""

    def refuse(text):
        raise ValueError(f"{text} is not JSON")

    return json.loads(data, parse_constant=refuse)


def check(client, caplog, route, **arguments):
    """Sends a request and checks everything about its answer."""
    caplog.clear()
    response = client.get(route, **arguments)
    assert response.status_code in (200, 400, 404), response.text
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR], caplog.text
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    if response.status_code != 200:
        assert set(parse_json(response.data)) == {"error"}
    elif response.content_type == "application/json":
        parse_json(response.data)
    else:
        containers.unpack(response.data)
    return response
