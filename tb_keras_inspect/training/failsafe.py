"""The last line of defence: what goes wrong in the callback ends the recording, not the training."""

import functools
import logging
from collections.abc import Callable
from typing import Any

logger = logging.getLogger(__name__)


def guarded(method: Callable[..., None]) -> Callable[..., None]:
    """A callback's method whose own failure turns the callback off.

    The callback's `_give_up(error)` is called with it. What users ask for by turning warnings into
    errors, and a training of several processes, that would wait for each other for ever, still raise.

    Args:
        method: The method.
    """

    @functools.wraps(method)
    def call(self, *args: Any, **kwargs: Any) -> None:
        try:
            method(self, *args, **kwargs)
        except Warning:
            raise
        except Exception as error:
            logger.debug("the callback failed", exc_info=True)
            if not self._give_up(error):
                raise

    return call
