"""Makes the pictures of README and docs from the demo runs: `python -m scripts.doc_pictures`.

Trains the demo runs and the trials of a search if there are none, takes screenshots of the tab in a
real Chromium, draws the plots of `tb_keras_inspect.plots`, and writes small PNGs to docs/images. The
exit status is 1 if a page reports an error or the pictures are too large. Run it with the Python of
`.venv`.
"""

import argparse
import contextlib
import dataclasses
import pathlib
import sys
import tempfile
from collections.abc import Sequence

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
from PIL import Image
from playwright import sync_api

from scripts import screenshots, search_runs, shared
from tb_keras_inspect import load_run, plots
from tests.e2e import harness

SEARCH_RUNS = shared.BUILD / "search_runs"
OUTPUT = shared.ROOT / "docs" / "images"
MOST_BYTES = 1_500_000
COLOURS = 256
SIZE = (1280, 800)
DPI = 80
IDLE_MS = 4000
SETTLE_MS = 1500  # drawing continues for a few frames after the last response


@dataclasses.dataclass(frozen=True)
class Shot:
    """A state of the tab.

    Attributes:
        name: Name of the file, without ".png".
        settings: Its part of the URL.
        open_finding: Whether to open the first finding.
    """

    name: str
    settings: dict[str, str]
    open_finding: bool = False


SHOTS = (
    Shot("tab", {"run": "dying_relu_mlp", "view": "overview", "layer": "hidden_3", "step": "160"}),
    Shot("findings", {"run": "dying_relu_mlp", "view": "overview"}, open_finding=True),
    Shot("dying_units", {"run": "dying_relu_mlp", "view": "units", "layer": "hidden_3"}),
    Shot("vanishing_overview", {"run": "vanishing_sigmoid", "view": "overview"}, True),
    Shot("vanishing_time", {"run": "vanishing_sigmoid", "view": "time"}),
    Shot("nan_overview", {"run": "diverges_to_nan", "view": "overview", "step": "190"}, True),
    Shot("nan_time", {"run": "diverges_to_nan", "view": "time"}),
    Shot("overview", {"run": "healthy_cnn", "view": "overview", "layer": "conv_2"}),
    Shot(
        "time", {"run": "row_transformer", "view": "time", "kind": "update", "statistic": "ratio"}
    ),
    Shot("distributions", {"run": "healthy_cnn", "view": "distributions", "layer": "conv_2"}),
    Shot("activations", {"run": "healthy_cnn", "view": "activations", "layer": "conv_1"}),
    Shot("attention", {"run": "row_transformer", "view": "activations", "picture": "attention"}),
    Shot("units", {"run": "healthy_cnn", "view": "units", "layer": "hidden"}),
    Shot("weights", {"run": "healthy_cnn", "view": "weights", "layer": "conv_2"}),
    Shot("graph", {"run": "row_transformer", "view": "graph"}),
    Shot("compare", {"run": "dying_relu_mlp", "view": "compare", "compare": "vanishing_sigmoid"}),
)
SEARCH_SHOTS = (Shot("runs", {"run": "search/trial_0039", "view": "runs"}),)


def photograph(
    log_dir: pathlib.Path, folder: pathlib.Path, shots: Sequence[Shot] = SHOTS
) -> list[str]:
    """Takes screenshots of the tab and returns the errors that the pages reported."""
    errors = []
    with harness.chromium() as browser, harness.TensorBoard(log_dir, True) as server:
        for run in sorted({shot.settings["run"] for shot in shots}):
            server.wait_for_run(run)
        tab = harness.Tab(browser.page(*SIZE), server)
        tab.open(screenshots.fragment(**shots[0].settings)).part("app").wait_for()
        for shot in shots:
            tab.go(screenshots.fragment(**shot.settings))
            with contextlib.suppress(sync_api.TimeoutError):
                tab.page.wait_for_load_state("networkidle", timeout=IDLE_MS)
            if shot.open_finding:
                tab.part("finding").first.click()
                tab.part("finding-panel").wait_for()
            tab.page.wait_for_timeout(SETTLE_MS)
            path = folder / f"{shot.name}.png"
            tab.page.screenshot(path=path)
            errors += [f"{path.name}: {error}" for error in tab.errors]
            tab.errors.clear()
            print(path.name, flush=True)
        tab.close()
    return errors


def draw(log_dir: pathlib.Path, folder: pathlib.Path) -> None:
    """Draws the matplotlib plots."""
    runs = {name: load_run(log_dir / name) for name in ("dying_relu_mlp", "vanishing_sigmoid")}
    plots.overview(runs["dying_relu_mlp"]).savefig(folder / "plots_overview.png", dpi=DPI)
    ax = plots.gradient_flow(runs["vanishing_sigmoid"])
    ax.figure.savefig(folder / "plots_gradient_flow.png", dpi=DPI)
    plt.close("all")


def shrink(folder: pathlib.Path, output: pathlib.Path) -> int:
    """Writes each picture with few colours and returns their total size in bytes."""
    output.mkdir(parents=True, exist_ok=True)
    total = 0
    for path in sorted(folder.glob("*.png")):
        picture = Image.open(path).convert("RGB")
        # The only method of Pillow that preserves colour maps: small areas count too.
        small = picture.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, 3, dither=Image.Dither.NONE)
        small.save(output / path.name, optimize=True)
        total += (output / path.name).stat().st_size
    return total


def main() -> int:
    """Makes all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logdir", type=pathlib.Path, default=screenshots.DEMO_RUNS)
    parser.add_argument("--output", type=pathlib.Path, default=OUTPUT)
    options = parser.parse_args()
    screenshots.demo_runs(options.logdir)
    search_runs.train(SEARCH_RUNS)
    with tempfile.TemporaryDirectory() as folder:
        errors = photograph(options.logdir, pathlib.Path(folder))
        errors += photograph(SEARCH_RUNS, pathlib.Path(folder), SEARCH_SHOTS)
        draw(options.logdir, pathlib.Path(folder))
        total = shrink(pathlib.Path(folder), options.output)
    shared.say(f"{total / 1e6:.2f} MB of pictures in {options.output}")
    if total > MOST_BYTES:
        errors.append(f"more than {MOST_BYTES / 1e6} MB")
    for error in errors:
        print(f">> {error}", file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
