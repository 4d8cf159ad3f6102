"""256 maps, a graph of 800 nodes, and the memory of a tab after a thousand refreshes."""

import statistics
import time

from benchmarks.tab.frames import address, frames, harness, opened, report

REFRESHES, WARM_UP = 1000, 300  # until then, the browser is still compiling hot code
POLL_MILLISECONDS = 5_000  # between two requests for new data


def maps(browser: harness.Browser, server: harness.TensorBoard) -> None:
    """Draws the maps of two layers in turn, then the same maps in different colours."""
    tab = opened(browser, server, "[data-testid=maps]", view="activations", run="maps")
    names = tab.part("maps-layer").evaluate("select => [...select.options].map(o => o.value)")
    for name in names:  # measures drawing, not the server
        tab.part("maps-layer").select_option(name)
        tab.frame.locator(f'[data-testid=maps][aria-label*="{name}:"]').wait_for()
    pick = {"type": "change", "select": "[data-testid=maps-layer]"}
    frames(tab, "256 maps of 64 x 64, drawn", None, [pick | {"value": n} for n in names * 20])
    selector = "select[aria-label=Colours]"
    colours = tab.page.eval_on_selector(selector, "e => [...e.options].map(o => o.value)")
    pick = {"type": "change", "select": selector}
    frames(tab, "the same, other colours", None, [pick | {"value": c} for c in colours * 10])
    tab.close()


def graph(browser: harness.Browser, server: harness.TensorBoard) -> None:
    """Opens the graph of 800 layers, and measures the longest task on the main thread meanwhile."""
    times, tasks = [], []
    for _ in range(5):
        tab = harness.Tab(browser.page(1920, 1080), server, alone=True)
        tab.page.add_init_script(
            "window.tasks = []; new PerformanceObserver(list => "
            "window.tasks.push(...list.getEntries().map(e => e.duration)))"
            ".observe({type: 'longtask', buffered: true});"
        )
        start = time.perf_counter()
        tab.open(address(view="graph", run="graph"))
        tab.frame.locator("[data-testid=graph-node], [data-testid=graph-block]").first.wait_for()
        times.append(1000 * (time.perf_counter() - start))
        tab.page.wait_for_timeout(500)
        tasks.append(max(tab.page.evaluate("window.tasks"), default=0))
        tab.close()
    report("graph of 800 layers: first view", times)
    report("its longest task on the main thread", tasks)


# Every request for new data finds a changed run at once; no response is "not modified".
NEWS = """
    [window.refreshes, window.most] = [0, 0];
    const [later, ask] = [window.setTimeout.bind(window), window.fetch.bind(window)];
    window.setTimeout = (run, delay, ...rest) => later(run, delay >= %d ? 0 : delay, ...rest);
    window.fetch = async (url, options) => {
        const news = String(url).endsWith('/runs');
        while (news && window.refreshes > window.most) await new Promise((go) => later(go, 20));
        const answer = await ask(url, {...options, headers: {}});
        if (!news) return answer;
        const list = await answer.json();
        window.refreshes++;
        for (const run of list.runs) run.etag = `refresh ${window.refreshes}`;
        return new Response(JSON.stringify(list), {headers: {'Content-Type': 'application/json'}});
    };
"""


def heap(browser: harness.Browser, server: harness.TensorBoard, run: str) -> None:
    """Measures the heap after a thousand refreshes, each of which decodes and draws all data again."""
    page = browser.page(1280, 800)
    page.add_init_script(NEWS % POLL_MILLISECONDS)
    tab = harness.Tab(page, server, alone=True)
    tab.open(address(view="overview", run=run))
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")
    sizes = []
    for count in (WARM_UP, REFRESHES):
        page.evaluate(f"window.most = {count}")
        page.wait_for_function(f"window.refreshes > {count}", timeout=1e6, polling=100)
        page.wait_for_timeout(2000)  # pending responses arrive
        sizes.append(_used(devtools))
    tab.close()
    growth = 100 * (sizes[1] / sizes[0] - 1)
    print(
        f"heap after {WARM_UP} and {REFRESHES} refreshes: {sizes[0] / 1e6:.1f} and "
        f"{sizes[1] / 1e6:.1f} MB, {growth:+.1f} %",
        flush=True,
    )


def _used(devtools) -> float:
    readings = []
    for _ in range(3):
        devtools.send("HeapProfiler.collectGarbage")
        metrics = devtools.send("Performance.getMetrics")["metrics"]
        readings.append(next(m["value"] for m in metrics if m["name"] == "JSHeapUsedSize"))
    return statistics.median(readings)
