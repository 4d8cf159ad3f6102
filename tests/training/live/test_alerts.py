"""Alerts: what is sent to whom, what happens when it cannot be, and that no URL shows anywhere."""

import copy
import pickle
import socket
import subprocess
import sys

import pytest

from tb_keras_inspect import InspectCallback, Webhook
from tb_keras_inspect.catalog.json_schema import JSON_SCHEMA
from tb_keras_inspect.diagnosis import Advice, Finding
from tb_keras_inspect.training.live.alert_sender import MOST_WAITING, AlertSender
from tests.training.live.webhook_server import SECRET

pytestmark = pytest.mark.any_backend


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
