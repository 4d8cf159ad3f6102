"""Many clients while a run grows: no error, and what the server holds stays what it is."""

import threading

import pytest

from benchmarks import load
from tests.e2e.harness import TensorBoard
from tests.store.run_writer import write_run

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
CLIENTS, ROUNDS, MEGABYTES = 50, 3, 60


def test_fifty_clients_get_answers_while_the_run_grows(tmp_path):
    writer = write_run(tmp_path / "a", range(0, 500, 10), layers=("hidden_1", "dense"))
    with TensorBoard(tmp_path, True, "--reload_interval=1") as server:
        server.wait_for_run("a")
        host, port = server.url.removeprefix("http://").split(":")
        held, step = [], 500
        for _ in range(ROUNDS):  # the first one fills caches
            clients = load.Clients(host, int(port), CLIENTS)
            for _ in range(20):
                writer.sample(step)
                step += 10
                threading.Event().wait(0.1)
            clients.stop()
            assert set(clients.statuses) == {"200"}, clients.statuses
            assert sum(clients.statuses.values()) >= CLIENTS
            held.append(load.megabytes(server._process.pid))
    writer.close()
    assert held[-1] - held[0] < MEGABYTES
