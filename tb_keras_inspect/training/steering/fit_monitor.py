"""Tells from another thread whether a call of `fit` is still running."""

import sys
import threading
from types import CodeType, FrameType


class FitMonitor:
    """Finds the `fit` that is running on this thread when it is created.

    An exception ends a fit without a call of its callbacks. The fit is recognised by the identity and
    code of its stack frame: holding the frame itself would keep everything in it alive.
    """

    def __init__(self) -> None:
        self._thread = threading.get_ident()
        self._frame: tuple[int, CodeType] | None = None
        frame: FrameType | None = sys._getframe()
        while frame is not None:
            if frame.f_code.co_name == "fit":
                self._frame = id(frame), frame.f_code
                break
            frame = frame.f_back

    def is_running(self) -> bool:
        """Return whether the fit is running. True if there was none (a custom training loop)."""
        if self._frame is None:
            return True
        frame = sys._current_frames().get(self._thread)
        while frame is not None:
            if (id(frame), frame.f_code) == self._frame:
                return True
            frame = frame.f_back
        return False
