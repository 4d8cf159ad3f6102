"""Makes `run_writer` and `loaders` of this folder importable."""

import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))


@pytest.fixture(params=["fast", "python"])
def loader(request):
    """Which of TensorBoard's two loaders serves the data."""
    return request.param
