"""Sends findings to webhooks, from a thread of its own. Training neither waits for it nor fails."""

import atexit
import collections
import http
import logging
import threading
import time
import urllib.error
import urllib.request
import weakref
from collections.abc import Sequence
from typing import Any, NamedTuple

from tb_keras_inspect._version import __version__
from tb_keras_inspect.catalog.problems import SEVERITIES
from tb_keras_inspect.diagnosis import Finding
from tb_keras_inspect.training.live.alert_forms import body, refusal
from tb_keras_inspect.training.options.webhooks import Webhook

logger = logging.getLogger(__name__)

MOST_WAITING = 100  # alerts; further ones are dropped and counted
ATTEMPTS = 3
TIMEOUT_SECONDS = 10.0  # of one attempt
RETRY_SECONDS = (1.0, 5.0)  # before the second and the third attempt
LONGEST_RETRY = 30.0  # if the server says how long to wait
FLUSH_SECONDS = 5.0  # how long the end of a fit waits
MAX_ANSWER_BYTES = 1 << 16
_RETRIED = frozenset([408, 425, 429, 500, 502, 503, 504])


class _Alert(NamedTuple):
    hook: Webhook
    data: bytes


class _NotSentError(Exception):
    """An attempt failed. The text never contains the URL.

    Args:
        why: For the user.
        retry: Seconds after which to try again; None if that is of no use.
    """

    def __init__(self, why: str, retry: float | None):
        super().__init__(why)
        self.retry = retry


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirected alert would become an empty GET, at an address that the user did not give."""

    def redirect_request(self, *arguments: Any, **keywords: Any) -> None:
        return None


_senders: "weakref.WeakSet[AlertSender]" = weakref.WeakSet()


class AlertSender:
    """Sends each finding once, and again only if it has become worse.

    Args:
        webhooks: Where to. With none, nothing is ever sent.
        retry_seconds: How long to wait before each further attempt.
        timeout: Seconds that the server may take for an answer.
    """

    def __init__(
        self,
        webhooks: Sequence[Webhook],
        retry_seconds: Sequence[float] = RETRY_SECONDS,
        timeout: float = TIMEOUT_SECONDS,
    ):
        self.webhooks = tuple(webhooks)
        self._retry_seconds, self._timeout = tuple(retry_seconds), timeout
        self._opener = urllib.request.build_opener(_NoRedirects)
        self._changed = threading.Condition()
        self._waiting: collections.deque[_Alert] = collections.deque()
        self._thread: threading.Thread | None = None
        self._sent: dict[tuple[Webhook, str, str], int] = {}  # ranks
        self._problems: list[str] = []
        self._reported: set[str] = set()

    def send(self, finding: Finding, run: str, step: int) -> None:
        """Queues a finding for each webhook that wants it. Never waits, never raises.

        Args:
            finding: The finding.
            run: The run's directory.
            step: The newest sampled step.
        """
        try:
            for hook in self.webhooks:
                if finding.rank >= SEVERITIES.index(hook.severity):
                    self._queue(hook, finding, run, step)
        except Exception:  # alerts are an extra
            logger.debug("an alert was not queued", exc_info=True)

    def take_problems(self) -> list[str]:
        """What went wrong since the last call, for the user: each kind of failure once."""
        with self._changed:
            problems, self._problems = self._problems, []
        return problems

    def flush(self, seconds: float | None = None) -> None:
        """Waits until all is sent, but not for long; drops what still waits then.

        Args:
            seconds: How long. Defaults to None: `FLUSH_SECONDS`.
        """
        seconds = FLUSH_SECONDS if seconds is None else seconds
        with self._changed:
            if self._changed.wait_for(lambda: not self._is_running(), seconds):
                return
            for hook in {alert.hook for alert in self._waiting}:
                self._report(hook, f"the server has not answered {seconds:g} s after the fit's end")
            self._waiting.clear()

    def _queue(self, hook: Webhook, finding: Finding, run: str, step: int) -> None:
        key = (hook, run, finding.problem)
        before = self._sent.get(key, -1)
        if finding.rank <= before:
            return
        change = "found" if before < 0 else "worse"
        alert = _Alert(hook, body(hook.form or "json", run, step, change, finding))
        with self._changed:
            if len(self._waiting) >= MOST_WAITING:
                self._report(hook, f"more than {MOST_WAITING} wait already")
                return
            self._sent[key] = finding.rank
            self._waiting.append(alert)
            if not self._is_running():
                _senders.add(self)
                self._thread = threading.Thread(
                    target=self._run, name="tb-keras-inspect-alerts", daemon=True
                )
                self._thread.start()

    def _is_running(self) -> bool:
        # A thread of the parent process is not alive in a forked child.
        return self._thread is not None and self._thread.is_alive()

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._waiting:
                    self._thread = None
                    self._changed.notify_all()
                    return
                alert = self._waiting[0]  # stays there until it is sent: `flush` waits for it too
            try:
                self._deliver(alert)
            except _NotSentError as error:
                logger.debug("an alert was not sent: %s", error)
                with self._changed:
                    self._report(alert.hook, str(error))
            except Exception as error:  # its text may contain the URL
                with self._changed:
                    self._report(alert.hook, type(error).__name__)
            with self._changed:
                if self._waiting and self._waiting[0] is alert:
                    self._waiting.popleft()

    def _deliver(self, alert: _Alert) -> None:
        for retry in (*self._retry_seconds, None):
            try:
                self._post(alert)
                return
            except _NotSentError as error:
                if retry is None or error.retry is None:
                    raise
                time.sleep(min(max(retry, error.retry), LONGEST_RETRY))

    def _post(self, alert: _Alert) -> None:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"tb-keras-inspect/{__version__}",  # Discord refuses that of urllib
        }
        request = urllib.request.Request(alert.hook.url, alert.data, headers, method="POST")
        try:
            with self._opener.open(request, timeout=self._timeout) as response:
                answer = response.read(MAX_ANSWER_BYTES)
        except urllib.error.HTTPError as error:
            with error:
                wait = _seconds(error.headers.get("Retry-After"))
            raise _NotSentError(
                _status(error.code), wait if error.code in _RETRIED else None
            ) from None
        except TimeoutError:
            raise _NotSentError(f"no answer within {self._timeout:g} s", 0.0) from None
        except OSError as error:
            raise _NotSentError(_reason(error), 0.0) from None
        if why := refusal(alert.hook.form or "json", answer):
            raise _NotSentError(why, None)

    def _report(self, hook: Webhook, why: str) -> None:
        if hook.place not in self._reported:
            self._reported.add(hook.place)
            self._problems.append(
                f"an alert could not be sent to {hook.place}: {why}. Training goes on; further "
                "failures there are not reported"
            )


def _status(code: int) -> str:
    try:
        return f"HTTP status {code} {http.HTTPStatus(code).phrase}"
    except ValueError:
        return f"HTTP status {code}"


def _reason(error: OSError) -> str:
    cause = getattr(error, "reason", error)
    if isinstance(cause, TimeoutError):
        return "no answer in time"
    return getattr(cause, "strerror", None) or type(cause).__name__


def _seconds(text: str | None) -> float:
    try:
        return max(float(text or 0), 0.0)
    except ValueError:  # a date
        return 0.0


@atexit.register
def _flush_all() -> None:
    """A fit that ends with an exception never reaches `on_train_end`."""
    for sender in list(_senders):
        sender.flush()
