"""The last line of defence: a failure in the callback ends the recording, not the training."""

import contextlib
import functools
import logging
import re
import sys
from collections.abc import Callable
from typing import Any

logger = logging.getLogger(__name__)


def guarded(method: Callable[..., None]) -> Callable[..., None]:
    """Wraps a callback's method so that its failure turns the callback off.

    It calls the callback's `_give_up(error)`, and raises the error if that returns False: if only one
    of several processes stopped recording, they would wait for each other forever. Warnings that the
    user has turned into errors are raised too.

    Args:
        method: The method.
    """

    @functools.wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> None:
        try:
            method(self, *args, **kwargs)
        except Warning:
            raise
        except Exception as error:
            logger.debug("the callback failed", exc_info=True)
            if not self._give_up(error):
                raise

    return call


def print_safely(text: str) -> None:
    """Prints a text, if standard output still takes it: signs that it does not have as escapes."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    with contextlib.suppress(OSError, ValueError):  # a closed file, a reader that has gone away
        print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)


def words(error: BaseException) -> str:
    """An exception as messages quote it: its class and the line of its text that says what it is."""
    plain = re.sub("\\x1b\\[[0-9;]*m", "", str(error))  # Keras prints in bold
    lines = [line.strip() for line in plain.splitlines() if line.strip()]
    if lines[:1] == ["Graph execution error:"]:  # TensorFlow writes a traceback, then the error
        lines = [line for line in lines if not line.startswith("[[")][-1:]
    # Keras writes the layer in the first line and the error itself in the second.
    count = 2 if lines and lines[0].startswith("Exception encountered when calling") else 1
    text = " ".join(lines[:count])
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
