"""The only routes that change anything. This module decides who may use them, and from where.

docs/security.md describes the threats.
"""

import logging
import urllib.parse
from collections.abc import Callable
from typing import Any

from werkzeug import wrappers

from tb_keras_inspect.plugin import responses
from tb_keras_inspect.plugin.answers.control import DISABLED, Steering
from tb_keras_inspect.plugin.errors import (
    BadRequestError,
    ForbiddenError,
    HttpError,
    MethodNotAllowedError,
    as_http,
)
from tb_keras_inspect.plugin.params import Params
from tb_keras_inspect.plugin.payload import Payload, etag_of

logger = logging.getLogger(__name__)

HEADER = "X-Keras-Inspect-Control"  # carries the token; a page of another site cannot send it
JSON = "application/json"
MAX_BODY = 32 << 10  # bytes
MAX_TOKEN = 200  # characters
KnowsRun = Callable[[wrappers.Request, str], None]
WsgiApp = Callable[..., Any]


class UnsupportedTypeError(HttpError):
    """The content type is not accepted."""

    code = 415


class TooLargeError(HttpError):
    """The body is too large, or its length is unknown."""

    code = 413


def control_apps(steering: Steering, check_run: KnowsRun) -> dict[str, WsgiApp]:
    """The WSGI applications, by path.

    Args:
        steering: Executes the requests.
        check_run: Called with a request and the name of a run; raises if there is no such run.
    """

    def run_of(request: wrappers.Request, *others: str) -> tuple[str, Params]:
        params = Params(request.args.to_dict(), ("run", *others))
        run = params.text("run")
        check_run(request, run)
        return run, params

    def state(request: wrappers.Request) -> Payload:
        run, _ = run_of(request)
        return steering.state(run)

    def command(request: wrappers.Request) -> Payload:
        token = _guarded(request, steering)
        body = _body(request)
        run, _ = run_of(request)
        logger.info("control: %s requests %r for %r", request.remote_addr, run[:80], body[:200])
        return steering.send(run, token, body)

    def withdraw(request: wrappers.Request) -> Payload:
        token = _guarded(request, steering)
        _body(request)
        run, params = run_of(request, "id")
        return steering.withdraw(run, token, params.text("id"))

    def answer(request: wrappers.Request) -> Payload:
        token = _guarded(request, steering)
        run, params = run_of(request, "id")
        return steering.answer(run, token, params.text("id"))

    def look(request: wrappers.Request) -> Payload:
        token = _guarded(request, steering)
        run, params = run_of(request, "id")
        return steering.look(run, token, params.text("id"))

    reading, writing = ("GET", "HEAD"), ("POST",)
    return {
        "/control": _app(state, reading),
        "/control/command": _app(command, writing),
        "/control/withdraw": _app(withdraw, writing),
        "/control/answer": _app(answer, reading),
        "/control/look": _app(look, reading),
    }


def _app(view: Callable[[wrappers.Request], Payload], methods: tuple[str, ...]) -> WsgiApp:
    @wrappers.Request.application
    def application(request: wrappers.Request) -> wrappers.Response:
        try:
            if request.method not in methods:
                raise MethodNotAllowedError(f"Only {methods[0]} is accepted here")
            payload = view(request)
        except Exception as error:
            code, text = as_http(error)
            if code in (403, 413, 415):
                logger.warning(
                    "control: refused %s for %r: %s", request.remote_addr, request.path[:200], text
                )
            response = responses.error(text, code)
            if code == 405:
                response.headers["Allow"] = ", ".join(methods)
        else:
            response = responses.fresh(request, payload, etag_of(payload.body))
        response.headers["Cache-Control"] = "no-store"
        return response

    return application


def _guarded(request: wrappers.Request, steering: Steering) -> str:
    """The token of a request, unless another site sent it."""
    if not steering.enabled:
        raise ForbiddenError(DISABLED)
    if not _is_of_this_site(request):
        raise ForbiddenError("Requests from other sites are refused")
    token = request.headers.get(HEADER, "")
    if not token or len(token) > MAX_TOKEN or not token.isascii():
        raise ForbiddenError(f"The token of the training run must be in the header {HEADER}")
    return token.strip()


def _is_of_this_site(request: wrappers.Request) -> bool:
    """Whether a page of this server sent the request, or something that is not a browser.

    A page cannot change these headers. `Sec-Fetch-Site` is correct behind any proxy, but browsers send
    it only over trustworthy connections; otherwise the origin must name the requested host.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    host = urllib.parse.urlsplit(origin).netloc
    asked = (request.headers.get("Host"), request.headers.get("X-Forwarded-Host"))
    return bool(host) and host in asked


def _body(request: wrappers.Request) -> bytes:
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != JSON:
        raise UnsupportedTypeError(f"The content type must be {JSON}")
    length = request.content_length
    if length is None or not 0 <= length <= MAX_BODY:
        raise TooLargeError(f"The body must have a known length of at most {MAX_BODY} bytes")
    body = request.stream.read(length)
    if len(body) != length:
        raise BadRequestError("The body is shorter than its declared length")
    return body
