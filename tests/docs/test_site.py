"""The documentation builds without a warning: pages, links between them, docstrings."""

import subprocess
import sys

import pytest

from tests.docs.pages import ROOT


@pytest.mark.slow
def test_the_site_builds_without_a_warning(tmp_path):
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html"]
    done = subprocess.run(
        [*command, ROOT / "docs", tmp_path / "site"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "project" / "benchmarks.html").exists()
    api = (tmp_path / "site" / "api.html").read_text()
    assert "stop_on" in api
    assert "plots.overview" in api
