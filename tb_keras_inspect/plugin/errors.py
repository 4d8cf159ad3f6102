"""Errors that carry their HTTP status."""

import logging

from tensorboard import errors as tensorboard_errors

from tb_keras_inspect.records import RecordError
from tb_keras_inspect.store.errors import StoreError

logger = logging.getLogger(__name__)


class HttpError(Exception):
    """Becomes `{"error": text}` with status `code`."""

    code = 400


class BadRequestError(HttpError):
    """The request is malformed; the text says what was received and what is accepted."""


class NotFoundError(HttpError):
    """There is no such thing; the text says what there is."""

    code = 404


class MethodNotAllowedError(HttpError):
    """Only GET and HEAD."""

    code = 405


def as_http(error: Exception) -> tuple[int, str]:
    """Status and text of any error.

    Whatever is wrong with the data is no failure of the server, and our own mistakes must not look
    like TensorBoard's: they are logged and answered with 404.
    """
    if isinstance(error, HttpError):
        return error.code, str(error)
    if isinstance(error, StoreError | tensorboard_errors.NotFoundError):
        return 404, str(error)
    if isinstance(error, RecordError):
        return 404, f"The record cannot be read: {error}"
    logger.error("unexpected error in a route", exc_info=error)
    # Its text may tell of the machine: that is for who runs the server.
    return 404, f"Cannot be answered: {type(error).__name__}; TensorBoard's output says more"
