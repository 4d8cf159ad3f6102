"""Takes screenshots of each view of the tab: `python -m scripts.screenshots --output FOLDER`.

Covers every view of every run of a logdir, and the empty tab, at each width, in the light and the dark
theme. The exit status is 1 if the page reports an error. Run it with the Python of `.venv`.
"""

import argparse
import pathlib
import re
import sys
import tempfile
import urllib.parse
from collections.abc import Iterator

from scripts import shared
from tb_keras_inspect.demos import RUNS
from tests.e2e import harness

# Not those of `make demo`, which may be of another dataset.
DEMO_RUNS = shared.BUILD / "demo_runs"
# The names in the tab's table of views.
TABLE = shared.FRONTEND / "src" / "views" / "index.ts"
VIEWS = tuple(re.findall(r"^    name: '(\w+)'", TABLE.read_text(), re.MULTILINE))
# Further states of a view, by the name of their screenshots.
STATES = {
    "attention": {"view": "activations", "picture": "attention"},
    "saliency": {"view": "activations", "picture": "saliency"},
    "grad_cam": {"view": "activations", "picture": "grad_cam"},
    "functions": {"view": "activations", "picture": "functions"},
    "weights_picture": {"view": "weights", "weightCurve": "picture"},
}
HEIGHTS = {1280: 800, 1920: 1080, 3840: 2160}
THEMES = {"light": "", "dark": "?darkMode=true"}
SETTLE_MS = 700  # drawing continues for a few frames after the last response


def addresses(server: harness.TensorBoard, views: list[str]) -> Iterator[tuple[str, str]]:
    """The names of the screenshots and their URLs."""
    for entry in server.get("runs").json["runs"]:
        run = entry["name"]
        for view in views:
            settings = STATES.get(view, {"view": view})
            yield f"{run.replace('/', '_')}-{view}", fragment(run=run, **settings)


def fragment(**settings: str) -> str:
    parts = [f"p.keras_inspect.{key}={urllib.parse.quote(text)}" for key, text in settings.items()]
    return "&".join(["keras_inspect", *parts])


def take(server: harness.TensorBoard, browser, folder: pathlib.Path, shots, widths) -> list[str]:
    """Takes all screenshots and returns the errors that the pages reported."""
    errors = []
    for width in widths:
        for theme, query in THEMES.items():
            tab = harness.Tab(browser.page(width, HEIGHTS.get(width, 1080)), server)
            tab.open("keras_inspect", query).part("app").wait_for()
            for name, address in shots:
                tab.go(address)
                tab.page.wait_for_load_state("networkidle")
                tab.page.wait_for_timeout(SETTLE_MS)
                path = folder / f"{name}-{width}-{theme}.png"
                tab.page.screenshot(path=path)
                print(path, flush=True)
                errors += [f"{path.name}: {error}" for error in tab.errors]
                tab.errors.clear()
            tab.close()
    return errors


def demo_runs(log_dir: pathlib.Path) -> None:
    """Trains the demo runs that are not there; an existing folder of the user's own stays as it is."""
    if log_dir != DEMO_RUNS and log_dir.exists():
        return
    missing = [run for run in RUNS if not (log_dir / run).exists()]
    if missing:
        shared.say(f"Training {', '.join(missing)} of the demo into {log_dir}")
        demo = [sys.executable, "demo/run.py", "--no-serve", "--logdir", log_dir]
        shared.run([*demo, "--runs", ",".join(missing)], cwd=shared.ROOT)


def main() -> int:
    """Takes the screenshots."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logdir", type=pathlib.Path, default=DEMO_RUNS)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--widths", type=int, nargs="+", default=[1280, 1920])
    parser.add_argument("--views", nargs="+", default=[*VIEWS, *STATES])
    parser.add_argument(
        "--train", action="store_true", help="train the demo runs if there are none"
    )
    options = parser.parse_args()
    if options.train:
        demo_runs(options.logdir)
    options.output.mkdir(parents=True, exist_ok=True)
    with harness.chromium() as browser:
        with harness.TensorBoard(options.logdir, True) as server:
            harness.wait_until(lambda: server.get("runs").json["runs"], "runs")
            shots = list(addresses(server, options.views))
            errors = take(server, browser, options.output, shots, options.widths)
        with tempfile.TemporaryDirectory() as empty, harness.TensorBoard(empty, True) as server:
            shots = [("empty", "keras_inspect")]
            errors += take(server, browser, options.output, shots, options.widths)
    for error in errors:
        print(f">> {error}", file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
