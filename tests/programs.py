"""Modules of this repository that tests run as programs, in processes of their own."""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def command(module: str, *arguments: object) -> list[str]:
    """The command line that runs a module; its working directory must be `ROOT`."""
    return [sys.executable, "-m", module, *map(str, arguments)]


def start(module: str, *arguments: object, **options) -> "subprocess.Popen[str]":
    """Starts a module, with options of `subprocess.Popen`; `env` is added to the environment."""
    environment = os.environ | options.pop("env", {})
    return subprocess.Popen(
        command(module, *arguments), cwd=ROOT, env=environment, text=True, **options
    )


def run(module: str, *arguments: object, **options) -> "subprocess.CompletedProcess[str]":
    """Runs a module to its end and captures what it prints; the status is the caller's to check."""
    environment = os.environ | options.pop("env", {})
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.run(
        command(module, *arguments), cwd=ROOT, env=environment, text=True, check=False, **options
    )
