"""Both of TensorBoard's data loaders."""

import pytest


@pytest.fixture(params=["fast", "python"])
def loader(request):
    """Which of TensorBoard's two loaders serves the data."""
    return request.param
