"""Where the runs of these tests are recorded."""

import pytest


@pytest.fixture
def directory(tmp_path):
    return str(tmp_path / "run")
