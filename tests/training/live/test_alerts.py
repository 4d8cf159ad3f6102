"""Alerts: what is sent to whom, what happens when it cannot be, and that no URL shows anywhere."""

import copy
import http.server
import json
import logging
import pickle
import socket
import subprocess
import sys
import threading
import warnings

import numpy as np
import pytest

from tb_keras_inspect import InspectCallback, Webhook, load_run
from tb_keras_inspect.callback import InspectWarning
from tb_keras_inspect.catalog.json_schema import JSON_SCHEMA
from tb_keras_inspect.diagnosis import Advice, Finding
from tb_keras_inspect.training.live import alert_sender
from tb_keras_inspect.training.live.alert_sender import MOST_WAITING, AlertSender
from tests.training.live.test_live_diagnosis import quick, tiny

pytestmark = pytest.mark.any_backend
SECRET = "T0123-very-secret"


class Server(http.server.ThreadingHTTPServer):
    """A server on this machine that keeps what it receives.

    Attributes:
        answers: Status, headers and body of each answer, the last one for all that follow. A status
            of None: no answer until the test ends.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.received, self.answers = [], [(200, {}, b"ok")]
        self.released = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/services/{SECRET}"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        data = self.rfile.read(int(self.headers["Content-Length"]))
        answers = self.server.answers
        self.server.received.append((self.path, dict(self.headers), json.loads(data)))
        status, headers, body = answers.pop(0) if len(answers) > 1 else answers[0]
        if status is None:
            self.server.released.wait(60)
            return
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.server.received.append((self.path, dict(self.headers), None))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    with Server() as server:
        yield server
        server.released.set()
        server.shutdown()


def finding(problem="dying_relu", severity="error", title="<!channel> 90 % of a & b are dead"):
    advice = (Advice("Lower the learning rate."),)
    return Finding(problem, severity, 0.9, title, 100, 130, True, "A cause.", advice=advice)


def sender(*hooks, **options):
    hooks = [hook if isinstance(hook, Webhook) else Webhook(hook) for hook in hooks]
    return AlertSender(hooks, retry_seconds=(0.01, 0.01), **options)


def test_a_program_receives_the_whole_finding_in_the_form_of_the_command_line(server):
    alerts = sender(server.url)
    alerts.send(finding(), "logs/a", 130)
    alerts.flush()
    ((path, headers, content),) = server.received
    assert path.endswith(SECRET)
    assert headers["Content-Type"] == "application/json"
    assert headers["User-Agent"].startswith("tb-keras-inspect/")
    assert content == {
        "schema": JSON_SCHEMA,
        "run": "logs/a",
        "step": 130,
        "change": "found",
        "finding": finding().to_dict(),
    }
    assert alerts.take_problems() == []


@pytest.mark.parametrize(
    ("form", "text_of"),
    [
        ("slack", lambda content: content["text"]),
        ("discord", lambda content: content["content"]),
        ("feishu", lambda content: content["content"]["text"]),
    ],
)
def test_people_receive_three_lines_that_mention_nobody(server, form, text_of):
    server.answers = [(200, {}, b'{"code": 0}')]
    alerts = sender(Webhook(server.url, form=form))
    alerts.send(finding(), "logs/a", 130)
    alerts.flush()
    ((_, _, content),) = server.received
    first, advice, run = text_of(content).splitlines()
    assert first.startswith("Keras Inspect, error: dying_relu: ")
    assert advice == "Try: Lower the learning rate."
    assert run == "Run: logs/a"
    if form == "discord":
        assert content["allowed_mentions"] == {"parse": []}
    else:
        assert "<!channel>" not in first
    assert content.get("msg_type") == ("text" if form == "feishu" else None)


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("https://hooks.slack.com/services/T/B/x", "slack"),
        ("https://discord.com/api/webhooks/1/x", "discord"),
        ("https://ptb.discord.com/api/webhooks/1/x", "discord"),
        ("https://open.feishu.cn/open-apis/bot/v2/hook/x", "feishu"),
        ("https://open.larksuite.com/open-apis/bot/v2/hook/x", "feishu"),
        ("https://hooks.slack.com.example.org/x", "json"),
        ("http://10.0.0.7:8080/x", "json"),
    ],
)
def test_the_form_is_that_of_the_host_and_can_be_chosen(url, form):
    assert Webhook(url).form == form
    assert Webhook(url, form="discord").form == "discord"


def test_a_finding_is_sent_once_and_again_when_it_is_worse(server):
    alerts = sender(Webhook(server.url, severity="warning"))
    for severity in ("note", "warning", "warning", "error", "warning", "error"):
        alerts.send(finding(severity=severity), "logs/a", 130)
    alerts.send(finding(), "logs/b", 130)
    alerts.flush()
    sent = [(c["run"], c["change"], c["finding"]["severity"]) for _, _, c in server.received]
    assert sent == [
        ("logs/a", "found", "warning"),
        ("logs/a", "worse", "error"),
        ("logs/b", "found", "error"),
    ]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_pass_is_tried_again(server, status):
    server.answers = [(status, {"Retry-After": "0"}, b"")] * 2 + [(200, {}, b"ok")]
    alerts = sender(server.url)
    alerts.send(finding(), "logs/a", 130)
    alerts.flush()
    assert len(server.received) == 3
    assert alerts.take_problems() == []


@pytest.mark.parametrize(
    ("status", "times", "words"),
    [
        (404, 1, "HTTP status 404 Not Found"),
        (403, 1, "HTTP status 403 Forbidden"),
        (302, 1, "HTTP status 302 Found"),
        (503, 3, "HTTP status 503 Service Unavailable"),
    ],
)
def test_what_is_refused_is_reported_once_with_the_host_only(server, status, times, words):
    server.answers = [(status, {"Location": "/elsewhere"}, SECRET.encode())]
    alerts = sender(server.url)
    for problem in ("dying_relu", "non_finite"):
        alerts.send(finding(problem), "logs/a", 130)
    alerts.flush()
    (problem,) = alerts.take_problems()
    assert words in problem
    assert "http://127.0.0.1/..." in problem
    assert SECRET not in problem
    assert len(server.received) == 2 * times  # no redirect was followed


def test_feishu_refuses_in_the_body(server):
    server.answers = [(200, {}, b'{"code": 19024, "msg": "Key Words Not Found"}')]
    alerts = sender(Webhook(server.url, form="feishu"))
    alerts.send(finding(), "logs/a", 130)
    alerts.flush()
    assert "code 19024" in alerts.take_problems()[0]


def test_a_server_that_is_not_there_is_reported(server):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/{SECRET}"
    alerts = sender(url, "http://no-such-host.invalid/x")
    alerts.send(finding(), "logs/a", 130)
    alerts.flush(30)
    refused, unknown = alerts.take_problems()
    assert "refused" in refused
    assert SECRET not in refused
    assert "no-such-host.invalid" in unknown


def test_a_server_that_never_answers_delays_nobody_for_long(server):
    server.answers = [(None, {}, b"")]
    alerts = sender(server.url)
    for number in range(2 * MOST_WAITING):
        alerts.send(finding(), f"logs/{number}", 130)  # returns at once
    alerts.flush(0.2)
    (problem,) = alerts.take_problems()
    assert "more than 100 wait already" in problem
    assert not alerts._waiting


def test_an_alert_is_sent_though_the_program_ends_with_an_exception(server):
    code = (
        "from tb_keras_inspect.diagnosis import Finding;"
        "from tb_keras_inspect.training.live.alert_sender import AlertSender, Webhook;"
        "finding = Finding('non_finite', 'error', 1.0, 'A title', 1, 2, True, 'A cause.');"
        f"AlertSender([Webhook({server.url!r})]).send(finding, 'logs/a', 1); raise KeyboardInterrupt"
    )
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, timeout=100)
    assert len(server.received) == 1


SECRETS = [
    SECRET,
    f"hooks.slack.com/{SECRET}",
    f"ftp://example.org/{SECRET}",
    f"file:///{SECRET}",
    f"https://user:{SECRET}@example.org/x",
    f"https://example.org/a b{SECRET}",
    f"https://example.org:port{SECRET}/x",
    f"https://[{SECRET}/x",
    [f"https://example.org/{SECRET}", SECRET],
    {"url": f"https://example.org/{SECRET}", "colour": "red"},
    {"url": f"https://example.org/{SECRET}", "form": "teams"},
    {"url": f"https://example.org/{SECRET}", "severity": "fatal"},
    {"address": f"https://example.org/{SECRET}"},
    [None],
    7,
]


@pytest.mark.parametrize("alerts", SECRETS)
def test_what_is_no_webhook_is_refused_without_repeating_it(tmp_path, alerts):
    with pytest.raises(ValueError, match="Received") as caught:
        InspectCallback(tmp_path, alerts=alerts)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "alerts",
    [
        f"https://example.org/{SECRET}",
        Webhook(f"https://example.org/{SECRET}"),
        {"url": f"https://example.org/{SECRET}", "severity": "error"},
        [f"https://example.org/{SECRET}", Webhook(f"https://example.org/{SECRET}")],
    ],
)
def test_a_url_shows_in_no_printed_form_of_a_callback_and_is_there_in_a_copy(tmp_path, alerts):
    callback = InspectCallback(tmp_path, alerts=alerts)
    for made in (callback, copy.deepcopy(callback), pickle.loads(pickle.dumps(callback))):
        printed = [made, vars(made), made.__getstate__(), made._options, made._options.alerts]
        assert SECRET not in "".join(map(repr, printed)) + str(pickle.dumps(made))
        assert {hook.url for hook in made._options.alerts} == {f"https://example.org/{SECRET}"}
        assert made._recordings._alerts.webhooks == made._options.alerts


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
