"""The last line of defence: a failure in the callback ends the recording, not the training."""

import functools
import logging
from collections.abc import Callable
from typing import Any

logger = logging.getLogger(__name__)


def guarded(method: Callable[..., None]) -> Callable[..., None]:
    """Wraps a callback's method so that its failure turns the callback off.

    The callback's `_give_up(error)` is called, and what it cannot give up raises: several processes
    would wait for each other forever. Warnings that the user has turned into errors raise too.

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
