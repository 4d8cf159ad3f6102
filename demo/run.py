"""Runs `tb-keras-inspect demo` from a checkout: `python demo/run.py --help`."""

import sys

from tb_keras_inspect.cli import main

if __name__ == "__main__":
    sys.exit(main(["demo", *sys.argv[1:]]))
