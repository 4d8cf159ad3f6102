"""Development server of the tab: `python -m scripts.dev [--logdir LOGDIR] [--port PORT]`.

Rebuilds the tab whenever a source file of the frontend is saved, and runs a TensorBoard that serves the
result: save, then reload the page. Trains the demo runs if there are no logs. Ctrl-C ends both.
"""

import argparse
import pathlib
import subprocess
import sys

from scripts import screenshots, shared


def main() -> int:
    """Runs both until one ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logdir", type=pathlib.Path, default=shared.ROOT / "logs" / "demo")
    parser.add_argument("--port", default="6006")
    options = parser.parse_args()
    screenshots.demo_runs(options.logdir)
    build = subprocess.Popen(["npx", "vite", "build", "--watch"], cwd=shared.FRONTEND)
    arguments = ["--logdir", options.logdir, "--port", options.port]
    try:
        return subprocess.call([sys.executable, "-m", "tensorboard.main", *arguments])
    except KeyboardInterrupt:
        return 0
    finally:
        build.terminate()
        build.wait()


if __name__ == "__main__":
    sys.exit(main())
