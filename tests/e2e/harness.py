"""A real TensorBoard and a real Chromium, started for a test and always stopped again."""

import contextlib
import dataclasses
import json
import os
import pathlib
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

from playwright import sync_api

START_SECONDS = 120  # a busy machine imports TensorFlow slowly
STOP_SECONDS = 10
WAIT_SECONDS = 60
CHROMIUM_FLAGS = (
    "--no-sandbox",  # tests run as root in containers
    "--disable-gpu",
    "--disable-dev-shm-usage",  # containers have little shared memory
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
URL = re.compile(r"TensorBoard \S+ at (http://\S+?)/? \(")


@dataclasses.dataclass(frozen=True)
class Response:
    """What the server answered: status, headers and body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        """The body decoded as JSON."""
        return json.loads(self.body)


class TensorBoard:
    """A TensorBoard process on a free port, as a context manager.

    Args:
        log_dir: What it serves.
        load_fast: Whether its Rust process reads the data, or its Python code.
        flags: More flags.

    Attributes:
        url: Its address without a slash at the end.
    """

    def __init__(self, log_dir: str | os.PathLike, load_fast: bool, *flags: str):
        self.log_dir = pathlib.Path(log_dir)
        command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(log_dir), "--port=0"]
        self._command = [*command, f"--load_fast={str(load_fast).lower()}", *flags]
        self._output: list[str] = []

    def __enter__(self) -> "TensorBoard":
        self._process = subprocess.Popen(
            self._command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # so that its data server is stopped with it
        )
        try:
            self.url = self._wait_for_url()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        self._process.stdout.close()

    @property
    def output(self) -> str:
        """What it printed so far."""
        return "".join(self._output)

    def get(self, path: str, **headers: str) -> Response:
        """The answer to one request; `path` is below `data/plugin/keras_inspect/`."""
        url = f"{self.url}/data/plugin/keras_inspect/{path}"
        request = urllib.request.Request(url, headers=headers)
        try:
            answer = urllib.request.urlopen(request, timeout=WAIT_SECONDS)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return Response(answer.status, dict(answer.headers), answer.read())

    def wait_for_run(self, name: str) -> dict:
        """The entry of a run in `runs`, once TensorBoard has read it."""

        def entry():
            runs = self.get("runs").json["runs"]
            return next((run for run in runs if run["name"] == name and run["samples"]), None)

        return wait_until(entry, f"run {name!r} in TensorBoard")

    def _wait_for_url(self) -> str:
        lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._drain, args=(lines,), daemon=True).start()
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            try:
                line = lines.get(timeout=1)
            except queue.Empty:
                continue
            if line is None:
                break
            if match := URL.search(line):
                return match[1]
        raise RuntimeError(f"TensorBoard did not start:\n{self.output}")

    def _drain(self, lines: "queue.Queue[str | None]") -> None:
        with contextlib.suppress(ValueError):  # closed while reading
            for line in self._process.stdout:
                self._output.append(line)
                lines.put(line)
        lines.put(None)


def wait_until(condition: Callable, what: str, seconds: float = WAIT_SECONDS):
    """Asks `condition` until it gives something true, and returns that.

    Raises:
        TimeoutError: when it never does.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.1)
    raise TimeoutError(f"waited {seconds} s in vain for {what}")


def chromium_path() -> str | None:
    """$CHROMIUM, or one on the system."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, filter(None, names))), None)


def launch_arguments() -> dict[str, Any]:
    """How Playwright launches Chromium here."""
    return {"executable_path": chromium_path(), "args": list(CHROMIUM_FLAGS)}


class Browser:
    """A Chromium with one profile for all its pages, so that it compiles scripts once.

    It starts when a page is first asked for, and again after a crash, so that a crash costs one test.

    Args:
        launch: Starts a Chromium.
    """

    def __init__(self, launch: Callable[[], sync_api.Browser]):
        self._launch = launch
        self._browser: sync_api.Browser | None = None

    def page(self, width: int = 1280, height: int = 800) -> sync_api.Page:
        """A new page of that size."""
        if self._browser is None or not self._browser.is_connected():
            self._browser = self._launch()
            self._context = self._browser.new_context()
        page = self._context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        return page

    def close(self) -> None:
        """Ends it."""
        if self._browser is not None and self._browser.is_connected():
            self._browser.close()


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium outside pytest."""
    with sync_api.sync_playwright() as playwright:
        browser = Browser(lambda: playwright.chromium.launch(**launch_arguments()))
        try:
            yield browser
        finally:
            browser.close()


class Tab:
    """Our tab in a page.

    Args:
        page: The browser's page.
        server: The TensorBoard that it comes from.
        alone: Opens what TensorBoard puts into its frame by itself, which is a second faster.

    Attributes:
        page: The page, TensorBoard's header included where it is not alone.
        frame: Where our locators start.
        errors: Uncaught errors and console errors of all frames so far.
    """

    def __init__(self, page: sync_api.Page, server: TensorBoard, alone: bool = False):
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(f"uncaught: {error}"))
        page.on("console", self._note)
        self._server = server
        self._alone = alone
        self.frame = page if alone else page.frame_locator('iframe[src*="name=keras_inspect"]')

    def open(self, fragment: str = "keras_inspect", query: str = "") -> "Tab":
        """Goes to an address of TensorBoard; by default our tab is in front."""
        page = "data/plugin_entry.html?name=keras_inspect" if self._alone else query
        self.page.goto(f"{self._server.url}/{page}#{fragment}")
        return self

    def go(self, fragment: str) -> None:
        """Changes the address as a link in the page would: nothing is loaded again."""
        self.page.evaluate("fragment => { location.hash = fragment; }", fragment)

    def close(self) -> None:
        """Closes the page; harmless where the browser has died."""
        with contextlib.suppress(sync_api.Error):
            self.page.close()

    def part(self, test_id: str) -> sync_api.Locator:
        """The elements of our tab with this `data-testid`."""
        return self.frame.get_by_test_id(test_id)

    def _note(self, message: sync_api.ConsoleMessage) -> None:
        url = message.location.get("url", "")
        if message.type == "error" and not url.endswith(
            "/favicon.ico"
        ):  # TensorBoard has none there
            self.errors.append(f"console: {message.text} ({url})")
