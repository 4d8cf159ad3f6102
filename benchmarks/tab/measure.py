"""How fast the tab is in a real Chromium, on a logdir of any size.

python benchmarks/reading/generate.py LOGDIR --layers 300 --samples 10000
python benchmarks/tab/measure.py LOGDIR

Times of a frame are those of script, style and layout on the main thread, from the event to where the
page is ready to be painted. The machine should do nothing else meanwhile.
"""

import argparse
import pathlib
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "e2e"))
import harness

FRAMES = 200
IDLE_SECONDS = 10
LOAD_SECONDS = 300  # TensorBoard reads a large logdir for that long

# Sends events one by one; of each, milliseconds until all that follows of it is done.
MEASURE = """async ({selector, events}) => {
    const target = selector ? document.querySelector(selector) : document.body;
    const box = target.getBoundingClientRect();
    const times = [];
    for (const {type, key, x, y} of events) {
        const place = {clientX: box.left + x * box.width, clientY: box.top + y * box.height};
        const event = key
            ? new KeyboardEvent(type, {key, bubbles: true, cancelable: true})
            : new PointerEvent(type, {...place, bubbles: true, pointerId: 1});
        await new Promise(requestAnimationFrame);
        const start = performance.now();
        target.dispatchEvent(event);
        for (let i = 0; i < 20; i++) await null;  // renders wait in the queue of microtasks
        document.body.getBoundingClientRect();
        times.push(performance.now() - start);
    }
    return times;
}"""


def report(name: str, times: list[float]) -> None:
    """Prints the median, the 95th percentile and the largest."""
    times = sorted(times)
    p95 = times[int(0.95 * (len(times) - 1))]
    print(
        f"{name:44} median {statistics.median(times):7.2f} ms   p95 {p95:7.2f} ms   "
        f"max {times[-1]:7.2f} ms   n {len(times)}",
        flush=True,
    )


def address(**settings: str) -> str:
    """The tab's own part of an address."""
    parts = [f"p.keras_inspect.{key}={value}" for key, value in settings.items()]
    return "&".join(["keras_inspect", *parts])


def first_picture(browser: harness.Browser, server: harness.TensorBoard, view: str, ready: str):
    """Milliseconds from opening the tab to its first numbers, three times."""
    times = []
    for _ in range(3):
        tab = harness.Tab(browser.page(1920, 1080), server, alone=True)
        start = time.perf_counter()
        tab.open(address(view=view))
        tab.frame.locator(ready).first.wait_for()
        times.append(1000 * (time.perf_counter() - start))
        tab.close()
    report(f"first picture: {view}", times)


def opened(browser, server, ready: str, **settings: str) -> harness.Tab:
    """A tab on which everything has settled."""
    tab = harness.Tab(browser.page(1920, 1080), server, alone=True).open(address(**settings))
    tab.frame.locator(ready).first.wait_for()
    tab.page.wait_for_load_state("networkidle")
    tab.page.wait_for_timeout(1000)
    return tab


def frames(tab: harness.Tab, name: str, selector: str | None, events: list[dict]) -> None:
    """Measures what each event costs."""
    report(name, tab.page.evaluate(MEASURE, {"selector": selector, "events": events}))


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
    """Milliseconds of work on the main thread while nothing changes."""
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


def main() -> None:
    """Measures everything and prints it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("logdir", type=pathlib.Path)
    parser.add_argument("--python-loader", action="store_true")
    options = parser.parse_args()
    with (
        harness.TensorBoard(options.logdir, not options.python_loader) as server,
        harness.chromium() as browser,
    ):
        harness.wait_until(lambda: server.get("runs").json["runs"], "runs", LOAD_SECONDS)
        wait_until_read(server)
        print(server.get("runs").json["runs"][0]["samples"], "samples", flush=True)
        first_picture(browser, server, "overview", "[data-testid=layer-row]")
        first_picture(browser, server, "time", "[data-testid=heatmap]")
        first_picture(browser, server, "graph", "[data-testid=graph-node]")
        scrub_and_hover(browser, server)
        idle(browser, server)


def wait_until_read(server: harness.TensorBoard) -> None:
    """Waits until no more samples come in."""
    before, now = -1, 0
    while before != now:
        time.sleep(8)
        before, now = now, server.get("runs").json["runs"][0]["samples"]


if __name__ == "__main__":
    main()
