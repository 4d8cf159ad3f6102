"""Measures the speed of the tab in a real Chromium, on a logdir of any size.

python -m benchmarks.reading.generate LOGDIR --layers 300 --samples 10000
python -m benchmarks.tab.measure LOGDIR

The time of a frame covers script, style and layout on the main thread, from the event until the page
is ready to be painted. The machine should do nothing else meanwhile.
"""

import argparse
import pathlib
import tempfile
import time

from benchmarks.tab import generated_runs, pictures
from benchmarks.tab.frames import address, frames, harness, opened, report

FRAMES = 200
OPENINGS = 7
FIRST_NUMBER = "[data-statistic='gradient.l2']:not([data-value=''])"
IDLE_SECONDS = 10
LOAD_SECONDS = 300  # how long TensorBoard may take to read a large logdir


def first_picture(browser: harness.Browser, server: harness.TensorBoard, view: str, ready: str):
    """Measures the milliseconds from opening the tab to its first numbers, several times."""
    times = []
    for _ in range(OPENINGS):
        tab = harness.Tab(browser.page(1920, 1080), server, alone=True)
        start = time.perf_counter()
        tab.open(address(view=view))
        tab.frame.locator(ready).first.wait_for()
        times.append(1000 * (time.perf_counter() - start))
        tab.close()
    report(f"first picture: {view}", times)


def scrub_and_hover(browser, server) -> None:
    """Moves the step in each view, and the pointer over the heatmap."""
    keys = [{"type": "keydown", "key": "ArrowLeft"} for _ in range(FRAMES)]
    for view, ready in (
        ("overview", "[data-testid=layer-row]"),
        ("time", "[data-testid=heatmap]"),
        ("weights", "[data-testid=variable-row]"),
    ):
        tab = opened(browser, server, ready, view=view)
        frames(tab, f"scrubbing: {view} and the layer's panel", None, keys)
        tab.close()
    tab = opened(browser, server, "[data-testid=heatmap]", view="time")
    moves = [
        {"type": "pointermove", "x": (i * 0.37) % 1, "y": (i * 0.61) % 1} for i in range(FRAMES)
    ]
    frames(tab, "hover over the heatmap", ".heatmap", moves)
    tab.close()


def idle(browser, server) -> None:
    """Measures the work on the main thread while nothing changes, in milliseconds."""
    tab = opened(browser, server, "[data-testid=layer-row]", view="overview", step="100")
    devtools = tab.page.context.new_cdp_session(tab.page)
    devtools.send("Performance.enable")

    def busy() -> float:
        metrics = devtools.send("Performance.getMetrics")["metrics"]
        return next(entry["value"] for entry in metrics if entry["name"] == "TaskDuration")

    before = busy()
    time.sleep(IDLE_SECONDS)
    spent = 1000 * (busy() - before)
    print(f"idle, visible, for {IDLE_SECONDS} s: {spent:.1f} ms on the main thread", flush=True)
    tab.close()


def cold(browser, options) -> None:
    """Measures the very first opening, when the server has decoded nothing yet."""
    times = []
    for _ in range(3):
        with harness.TensorBoard(options.logdir, not options.python_loader) as server:
            wait_until_read(server)
            tab = harness.Tab(browser.page(1920, 1080), server, alone=True)
            start = time.perf_counter()
            tab.open(address(view="overview"))
            tab.frame.locator(FIRST_NUMBER).first.wait_for()
            times.append(1000 * (time.perf_counter() - start))
            tab.close()
    report("first picture, nothing decoded: overview", times)


def large(browser, options) -> None:
    """Measures what depends on the length of the run."""
    with harness.TensorBoard(options.logdir, not options.python_loader) as server:
        wait_until_read(server)
        opened(browser, server, FIRST_NUMBER, view="overview").close()
        first_picture(browser, server, "overview", FIRST_NUMBER)
        first_picture(browser, server, "time", "[data-testid=heatmap]")
        first_picture(browser, server, "graph", "[data-testid=graph-node]")
        scrub_and_hover(browser, server)
        idle(browser, server)


def small(browser, options) -> None:
    """Measures what depends on the content of the view."""
    with tempfile.TemporaryDirectory() as root:
        generated_runs.write(pathlib.Path(root))
        with harness.TensorBoard(root, not options.python_loader) as server:
            wait_until_read(server)
            pictures.maps(browser, server)
            pictures.graph(browser, server)


def heap(browser, options) -> None:
    """Measures what stays in memory."""
    with tempfile.TemporaryDirectory() as root:
        generated_runs.write(pathlib.Path(root))
        with harness.TensorBoard(root, not options.python_loader) as server:
            wait_until_read(server)
            pictures.heap(browser, server, "graph")


PARTS = {"cold": cold, "large": large, "small": small, "heap": heap}


def main() -> None:
    """Measures everything and prints it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("logdir", type=pathlib.Path)
    parser.add_argument("--python-loader", action="store_true")
    parser.add_argument("--part", choices=PARTS, nargs="+", default=list(PARTS))
    options = parser.parse_args()
    with harness.chromium() as browser:
        for part in options.part:
            PARTS[part](browser, options)


def wait_until_read(server: harness.TensorBoard) -> None:
    """Waits until no more samples arrive."""
    harness.wait_until(lambda: server.get("runs").json["runs"], "runs", LOAD_SECONDS)
    before, now = -1, 0
    while before != now:
        time.sleep(8)
        before, now = now, sum(run["samples"] for run in server.get("runs").json["runs"])


if __name__ == "__main__":
    main()
