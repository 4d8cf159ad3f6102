"""Finds a Chromium for the browser tests, or installs one, and prints its path.

It tries, in this order: `$CHROMIUM`, one on the system, Debian's package if apt may install it, and
Playwright's download. Prints the choice on standard error. Run it with the Python of `.venv`.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_or_install() -> tuple[str, str]:
    """The path of a Chromium and where it came from.

    Raises:
        SystemExit: if there is none and none could be installed.
    """
    for source in (_from_environment, _from_system, _from_apt, _from_playwright):
        path = source()
        if path:
            return path, source.__doc__
    raise SystemExit(
        "no Chromium found and none could be installed; install one, or set CHROMIUM=/path/to/it"
    )


def _from_environment() -> str | None:
    """$CHROMIUM"""
    path = os.environ.get("CHROMIUM")
    if path and not shutil.which(path):
        raise SystemExit(f"CHROMIUM={path} is no program that can be run")
    return path


def _from_system() -> str | None:
    """found on the system"""
    return next(filter(None, map(shutil.which, NAMES)), None)


def _from_apt() -> str | None:
    """installed with apt"""
    if not (shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0):
        return None
    print(">> Installing Chromium with apt", file=sys.stderr, flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (("update",), ("install", "-y", "--no-install-recommends", "chromium")):
        subprocess.run(
            ["apt-get", "-qq", *arguments], env=environment, stdout=sys.stderr, check=False
        )
    return shutil.which("chromium")


def _from_playwright() -> str | None:
    """downloaded by Playwright"""
    print(">> Downloading Chromium with Playwright", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode:
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


if __name__ == "__main__":
    chosen, origin = find_or_install()
    print(f">> Chromium for the browser tests: {chosen} ({origin})", file=sys.stderr, flush=True)
    print(chosen)
