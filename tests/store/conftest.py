"""Both of TensorBoard's data loaders, and a run to add records to."""

import pytest

from tests.store.run_writer import write_run


@pytest.fixture(params=["fast", "python"])
def loader(request):
    """Which of TensorBoard's two loaders serves the data."""
    return request.param


@pytest.fixture
def writer(tmp_path):
    """The writer of the run `a`, which has samples already."""
    writer = write_run(tmp_path / "a")
    yield writer
    writer.close()
