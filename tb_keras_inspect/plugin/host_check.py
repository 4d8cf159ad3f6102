"""Refuses requests that address this server by a name that is not its own.

A page of another site can let its own name lead to this machine (DNS rebinding). To the browser, this
server's responses are then that site's own, and the page may read them.
"""

import argparse
import ipaddress
import os
import urllib.parse
from collections.abc import Callable
from typing import Any

from tb_keras_inspect.plugin import responses
from tb_keras_inspect.plugin.errors import ForbiddenError

COLAB = "COLAB_RELEASE_TAG"  # there the proxy chooses the name, and no browser is on the machine
WsgiApp = Callable[..., Any]


class HostCheck:
    """Checks the header `Host` of requests.

    TensorBoard knows its own names only where it listens on this machine alone, which is its default.
    With `--bind_all` or another `--host`, every name is accepted unless `--keras_inspect_hosts` lists
    those that are. On Colab, too, every name is accepted.

    Args:
        flags: TensorBoard's flags.
    """

    def __init__(self, flags: argparse.Namespace):
        host = getattr(flags, "host", None) or "localhost"
        listed = getattr(flags, "keras_inspect_hosts", "").split(",")
        self._names = {_plain(name) for name in (host, *listed) if name.strip()}
        self._is_off = not any(listed) and (
            getattr(flags, "bind_all", False) or not _is_loopback(host) or COLAB in os.environ
        )

    def guard(self, app: WsgiApp) -> WsgiApp:
        """Return a WSGI application that passes requests with a name of this server on to `app`."""

        def guarded(environ: dict[str, Any], start_response: Any) -> Any:
            if self.accepts(environ):
                return app(environ, start_response)
            asked = environ["HTTP_HOST"][:80]
            text = (
                f"This server is not called {asked!r}. If it is, start TensorBoard with "
                "--keras_inspect_hosts=NAME, or let the proxy in front of it send 'Host: localhost'"
            )
            return responses.error(text, ForbiddenError.code)(environ, start_response)

        return guarded

    def accepts(self, environ: dict[str, Any]) -> bool:
        """Return whether a request may be answered."""
        host = environ.get("HTTP_HOST", "")
        if self._is_off or not host:  # every browser sends a host
            return True
        try:
            name = urllib.parse.urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        # A browser sends Sec-Fetch-Site over HTTPS, which TensorBoard does not speak: then the name is
        # that of a proxy, whose certificate another site does not have. No page can send it itself.
        return (
            _plain(name) in self._names
            or _is_loopback(name)
            or _address(name) is not None
            or "HTTP_SEC_FETCH_SITE" in environ
        )


def _is_loopback(name: str) -> bool:
    """Return whether a name or address leads to this machine, whatever name servers say."""
    address = _address(name)
    if address is not None:
        return address.is_loopback
    return _plain(name) == "localhost" or _plain(name).endswith(".localhost")


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(_plain(name))
    except ValueError:
        return None


def _plain(name: str) -> str:
    return name.strip().strip("[]").rstrip(".").lower()
