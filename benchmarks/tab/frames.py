"""The cost of one event on the main thread of a real Chromium."""

import statistics

from tests.e2e import harness

# Sends events one by one, and measures the milliseconds until everything that follows is done.
MEASURE = """async ({selector, events}) => {
    const target = selector ? document.querySelector(selector) : document.body;
    const box = target.getBoundingClientRect();
    const times = [];
    for (const {type, key, x, y, select, value} of events) {
        const place = {clientX: box.left + x * box.width, clientY: box.top + y * box.height};
        const chosen = select && document.querySelector(select);
        if (chosen) chosen.value = value;
        const event = chosen
            ? new Event(type, {bubbles: true})
            : key
              ? new KeyboardEvent(type, {key, bubbles: true, cancelable: true})
              : new PointerEvent(type, {...place, bubbles: true, pointerId: 1});
        await new Promise(requestAnimationFrame);
        const start = performance.now();
        (chosen || target).dispatchEvent(event);
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
    """The tab's part of a URL."""
    parts = [f"p.keras_inspect.{key}={value}" for key, value in settings.items()]
    return "&".join(["keras_inspect", *parts])


def opened(
    browser: harness.Browser, server: harness.TensorBoard, ready: str, **settings: str
) -> harness.Tab:
    """Opens the tab and waits until it is idle."""
    tab = harness.Tab(browser.page(1920, 1080), server, alone=True).open(address(**settings))
    tab.frame.locator(ready).first.wait_for()
    tab.page.wait_for_load_state("networkidle")
    tab.page.wait_for_timeout(1000)
    return tab


def frames(tab: harness.Tab, name: str, selector: str | None, events: list[dict]) -> None:
    """Measures the cost of each event."""
    report(name, tab.page.evaluate(MEASURE, {"selector": selector, "events": events}))
