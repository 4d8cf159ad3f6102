"""Alerts of a real fit: what is sent, what is recorded, what it may not delay."""

import logging
import threading
import warnings

import numpy as np
import pytest

from tb_keras_inspect import Webhook, load_run
from tb_keras_inspect.callback import InspectWarning
from tb_keras_inspect.training.live import alert_sender
from tests.training.live.test_live_diagnosis import quick, tiny
from tests.training.live.webhook_server import SECRET

pytestmark = pytest.mark.any_backend


def nan_fit(directory, **options):
    model, x, y = tiny(poison=100)
    callback = quick(directory, console=None, **options)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(x, y, epochs=2, batch_size=16, shuffle=False, verbose=0, callbacks=[callback])
    return [str(w.message) for w in caught if issubclass(w.category, InspectWarning)]


def test_a_fit_sends_its_findings_and_records_no_url(tmp_path, server, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    assert nan_fit(tmp_path / "a", alerts=server.url) == []
    ((_, _, content),) = server.received
    assert content["run"] == str(tmp_path / "a")
    assert content["finding"]["problem"] == "non_finite"
    assert content["step"] >= content["finding"]["first_step"]
    assert [change.problem for change in load_run(tmp_path / "a").finding_log.changes] == [
        "non_finite"
    ]
    recorded = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    output = capfd.readouterr()
    for text in (str(recorded), caplog.text, output.out, output.err):
        assert SECRET not in text


@pytest.mark.slow
def test_a_fit_whose_alerts_fail_warns_once_and_goes_on(tmp_path, server, caplog):
    caplog.set_level(logging.DEBUG)
    server.answers = [(404, {}, b"")]
    (warning,) = nan_fit(tmp_path / "a", alerts=[server.url, Webhook(server.url, form="slack")])
    assert "HTTP status 404" in warning
    assert SECRET not in warning + caplog.text


@pytest.mark.slow
def test_the_end_of_a_fit_waits_for_a_silent_server_only_so_long(tmp_path, server, monkeypatch):
    monkeypatch.setattr(alert_sender, "FLUSH_SECONDS", 0.1)
    server.answers = [(None, {}, b"")]
    (warning,) = nan_fit(tmp_path / "a", alerts=server.url)
    assert "after the fit's end" in warning


def test_nothing_is_sent_and_no_thread_begins_unless_asked(tmp_path):
    before = set(threading.enumerate())
    assert nan_fit(tmp_path / "a") == []
    assert {thread.name for thread in set(threading.enumerate()) - before} == set()


@pytest.mark.slow
def test_alerts_change_no_weight(tmp_path, server):
    weights = []
    for alerts in (None, server.url):
        model, x, y = tiny(poison=100)
        callback = quick(tmp_path / str(len(weights)), console=None, alerts=alerts)
        model.fit(x, y, epochs=2, batch_size=16, shuffle=False, verbose=0, callbacks=[callback])
        weights.append(np.concatenate([w.ravel() for w in model.get_weights()]).tobytes())
    assert weights[0] == weights[1]
