"""What several tests of the live diagnosis use."""

import pytest

from tests.training.live.webhook_server import Server


@pytest.fixture
def server():
    with Server() as server:
        yield server
        server.released.set()
        server.shutdown()
