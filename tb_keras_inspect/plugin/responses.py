"""HTTP responses: entity tags, compression, errors."""

import gzip
import json

from werkzeug import wrappers

from tb_keras_inspect.plugin.payload import Payload

COMPRESS_FROM = 1024  # bytes; below it the saving is less than a packet
SAMPLE = 1 << 16  # bytes tried before the whole of a binary body is compressed
WORTH = 0.7  # of its size, to be worth the time on both sides
LEVEL = 1


def respond(request: wrappers.Request, payload: Payload, etag: str) -> wrappers.Response:
    """The payload, or 304 where the client has it."""
    if request.if_none_match.contains_weak(etag):
        response = wrappers.Response(status=304)
    else:
        body, encoding = _encode(request, payload)
        response = wrappers.Response(body, content_type=payload.content_type)
        if encoding:
            response.headers["Content-Encoding"] = encoding
    response.set_etag(etag, weak=True)  # weak: the compressed form has the same
    response.headers["Vary"] = "Accept-Encoding"
    return _finish(response)


def error(text: str, code: int) -> wrappers.Response:
    """`{"error": text}`."""
    body = json.dumps({"error": text})
    response = wrappers.Response(body, status=code, content_type="application/json")
    if code == 405:
        response.headers["Allow"] = "GET, HEAD"
    return _finish(response)


def _finish(response: wrappers.Response) -> wrappers.Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-cache"  # ask again; 304 makes that cheap
    return response


def _encode(request: wrappers.Request, payload: Payload) -> tuple[bytes, str | None]:
    body = payload.body
    if len(body) < COMPRESS_FROM or request.accept_encodings["gzip"] <= 0:
        return body, None
    if payload.content_type == "application/octet-stream":
        sample = body[:SAMPLE]
        if len(gzip.compress(sample, LEVEL)) > WORTH * len(sample):
            return body, None
    return gzip.compress(body, LEVEL, mtime=0), "gzip"
