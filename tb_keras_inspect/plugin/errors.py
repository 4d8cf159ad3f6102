"""Errors that carry their HTTP status."""

import logging

from tensorboard import errors as tensorboard_errors

from tb_keras_inspect.records import RecordError
from tb_keras_inspect.store.errors import StoreError

logger = logging.getLogger(__name__)


class HttpError(Exception):
    """An error that becomes the response `{"error": text}` with status `code`."""

    code = 400


class BadRequestError(HttpError):
    """The request is malformed; the text says what was received and what is accepted."""


class ForbiddenError(HttpError):
    """The client is not allowed to do this."""

    code = 403


class NotFoundError(HttpError):
    """There is no such thing; the text says what exists."""

    code = 404


class MethodNotAllowedError(HttpError):
    """Only GET and HEAD are accepted."""

    code = 405


def as_http(error: Exception) -> tuple[int, str]:
    """Returns status and text for any error.

    Bad data is not a failure of the server, and a bug here must not look like one of TensorBoard.
    Unexpected errors are logged and become 404.
    """
    if isinstance(error, HttpError):
        return error.code, str(error)
    if isinstance(error, StoreError | tensorboard_errors.NotFoundError):
        return 404, str(error)
    if isinstance(error, RecordError):
        return 404, f"The record cannot be read: {error}"
    logger.error("unexpected error in a route", exc_info=error)
    # The text may reveal details of the machine, which only the operator should see.
    return 404, f"Unexpected error: {type(error).__name__}. TensorBoard's output has the details"
