"""Runs the demo from a checkout: `python demo/run.py --help`; it is `tb-keras-inspect demo`."""

import sys

from tb_keras_inspect.cli import main

if __name__ == "__main__":
    sys.exit(main(["demo", *sys.argv[1:]]))
