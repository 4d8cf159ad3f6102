"""Checks the dependencies for known vulnerabilities: `python -m scripts.audit`.

For Python it checks the requirements of a base installation, in the versions of
`requirements-test.txt`; for the frontend, the packages of `package-lock.json`. The exit status is 1 if
there is a known vulnerability, and 77 if a service does not respond; the output then says so.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

from scripts import shared, versions

SKIPPED = 77
TOOL = "pip-audit==2.10.1"
SECONDS = 120


def pinned() -> list[str]:
    """The requirements of a base installation, in the versions pinned for the tests."""
    lines = (shared.ROOT / "requirements-test.txt").read_text().splitlines()
    name_of = re.compile(r"^[A-Za-z0-9._-]+")
    base = versions.floors()
    return [line for line in lines if (m := name_of.match(line)) and m[0].lower() in base]


def audit_python() -> int:
    """Returns 0 if there are none, 1 if there are, 77 if unknown."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(pinned()))
        file.flush()
        options = ("--format", "json", "--progress-spinner", "off", "-r", file.name)
        done = _run(*shared.uv("tool", "run", "--quiet", TOOL), *options)
    try:
        packages = json.loads(done.stdout)["dependencies"] if done else []
    except (ValueError, KeyError):
        packages = []
    asked = [package for package in packages if "skip_reason" not in package]
    for package in asked:
        for found in package["vulns"]:
            print(package["name"], package["version"], found["id"], found.get("fix_versions"))
    if any(package["vulns"] for package in asked):
        return 1
    if not packages or len(asked) < len(packages):
        shared.say("SKIPPED: Python: the vulnerability service does not respond")
        return SKIPPED
    shared.say(f"Python: no known vulnerability in {len(asked)} packages")
    return 0


def audit_frontend() -> int:
    """Returns 0 if there are none, 1 if there are, 77 if unknown."""
    done = _run("npm", "audit", "--json", folder=shared.FRONTEND)
    try:
        counts = json.loads(done.stdout)["metadata"]["vulnerabilities"] if done else None
    except (ValueError, KeyError):
        counts = None
    if counts is None:
        shared.say("SKIPPED: frontend: the vulnerability service does not respond")
        return SKIPPED
    shared.say(f"frontend: {counts['total']} known vulnerabilities")
    return 1 if counts["total"] else 0


def _run(
    *command: str | os.PathLike[str], folder=shared.ROOT
) -> "subprocess.CompletedProcess[str] | None":
    try:
        return subprocess.run(
            command,
            cwd=folder,
            env=shared.uv_environment(),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None


if __name__ == "__main__":
    statuses = [audit_python(), audit_frontend()]
    sys.exit(1 if 1 in statuses else max(statuses))
