"""HTTP responses: entity tags, compression, errors."""

import json

from werkzeug import wrappers

from tb_keras_inspect.plugin.payload import Payload


def fresh(request: wrappers.Request, payload: Payload, etag: str) -> wrappers.Response:
    """200 with the payload, compressed if the client accepts it and it saves enough."""
    compressed = payload.compressed if request.accept_encodings["gzip"] > 0 else None
    response = wrappers.Response(compressed or payload.body, content_type=payload.content_type)
    if compressed:
        response.headers["Content-Encoding"] = "gzip"
    return _finish(response, etag)


def has_it(request: wrappers.Request, etag: str) -> bool:
    """Whether the client already has the response with this entity tag."""
    return request.if_none_match.contains_weak(etag)


def not_modified(etag: str) -> wrappers.Response:
    """A 304 response."""
    return _finish(wrappers.Response(status=304), etag)


def error(text: str, code: int) -> wrappers.Response:
    """A response with `{"error": text}`."""
    body = json.dumps({"error": text})
    response = wrappers.Response(body, status=code, content_type="application/json")
    if code == 405:
        response.headers["Allow"] = "GET, HEAD"
    return _finish(response)


def _finish(response: wrappers.Response, etag: str | None = None) -> wrappers.Response:
    if etag is not None:
        response.set_etag(
            etag, weak=True
        )  # weak, because the plain and the compressed form share it
        response.headers["Vary"] = "Accept-Encoding"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = (
        "private, no-cache"  # always revalidate, which 304 makes cheap
    )
    return response
