"""Many clients of a plugin whose runs grow meanwhile, under a memory limit that is far too small."""

import random
import threading

import numpy as np
import pytest

from tests.plugin import containers
from tests.plugin.serving import Client
from tests.store.run_writer import value_at, write_run

CLIENTS = 6
MOST_STEPS = 200


@pytest.mark.parametrize("limit", [1, 50_000, 64 << 20])
def test_answers_are_whole_and_the_last_ones_are_the_newest(tmp_path, limit, monkeypatch):
    monkeypatch.setattr("tb_keras_inspect.store.logdir.FRESH_SECONDS", 0)
    writers = {name: write_run(tmp_path / name) for name in "ab"}
    client = Client(tmp_path)
    client.plugin._cache.limit_bytes = limit
    errors, done, rounds = [], threading.Event(), [0] * CLIENTS

    def ask(number):
        choice = random.Random(number)
        try:
            while not done.is_set():
                ask_once(client, choice)
                rounds[number] += 1
        except BaseException as error:
            errors.append(error)
            done.set()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    step = 40
    while not done.is_set() and step < 10 * MOST_STEPS and (step < 100 or min(rounds) < 8):
        step += 10
        for writer in writers.values():
            writer.sample(step)
        client.reload()
    done.set()
    for thread in threads:
        thread.join()
    for writer in writers.values():
        writer.close()
    assert errors == []
    assert ask_once(client, random.Random(0)) == step
    assert [entry["last_step"] for entry in client.json("runs")["runs"]] == [step, step]


def ask_once(client, choice):
    """Asks a run for a table, and checks every number of it; returns the last step."""
    run, width = choice.choice("ab"), choice.randrange(300, 303)  # no pooling
    _, arrays = containers.unpack(client.get("table", run=run, kind="gradient", width=width).data)
    expected = np.stack([value_at(step, 4, 6) for step in arrays["steps"]])
    np.testing.assert_array_equal(arrays["l2/last"], expected[:, :, 0].T)
    np.testing.assert_array_equal(arrays["std/last"], expected[:, :, 2].T)
    other = choice.choice([("runs", {}), ("snapshot", {"run": run}), ("loss", {"run": run})])
    assert client.get(other[0], **other[1]).status_code == 200
    return arrays["steps"][-1]
