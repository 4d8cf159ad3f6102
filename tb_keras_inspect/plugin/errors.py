"""Errors that carry their HTTP status."""


class HttpError(Exception):
    """Becomes `{"error": text}` with status `code`."""

    code = 500


class BadRequestError(HttpError):
    """The request is malformed; the text says what was received and what is accepted."""

    code = 400


class NotFoundError(HttpError):
    """There is no such thing; the text says what there is."""

    code = 404


class MethodNotAllowedError(HttpError):
    """Only GET and HEAD."""

    code = 405
