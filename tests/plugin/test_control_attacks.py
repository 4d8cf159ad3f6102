"""The routes that steer: who may not use them, and what a hostile run cannot do."""

import json
import os

import pytest
from werkzeug import test as werkzeug_test

from tb_keras_inspect.plugin.answers.control import Steering
from tb_keras_inspect.plugin.control_apps import MAX_BODY
from tb_keras_inspect.plugin.errors import HttpError
from tb_keras_inspect.steering import channel
from tb_keras_inspect.steering.channel import FOLDER
from tb_keras_inspect.steering.messages import Request, new_id
from tests.plugin.controlled_run import GOOD, TOKEN, Training, post
from tests.plugin.serving import Client
from tests.store.run_writer import write_run


def without(name):
    return {key: value for key, value in GOOD.items() if key != name}


ATTACKS = {
    "no token": (without("X-Keras-Inspect-Control"), 403),
    "an empty token": (GOOD | {"X-Keras-Inspect-Control": ""}, 403),
    "a wrong token": (GOOD | {"X-Keras-Inspect-Control": "b" * 40}, 403),
    "the beginning of the token": (GOOD | {"X-Keras-Inspect-Control": TOKEN[:-1]}, 403),
    "a huge token": (GOOD | {"X-Keras-Inspect-Control": "a" * 10_000}, 403),
    "another site, as browsers say it": (GOOD | {"Sec-Fetch-Site": "cross-site"}, 403),
    "another port of this host": (GOOD | {"Sec-Fetch-Site": "same-site"}, 403),
    "an address typed in": (GOOD | {"Sec-Fetch-Site": "none"}, 403),
    "another origin": (GOOD | {"Origin": "http://evil.example"}, 403),
    "an origin without a name": (GOOD | {"Origin": "null"}, 403),
    "another port as origin": (GOOD | {"Origin": "http://localhost:81"}, 403),
    "a form": (GOOD | {"Content-Type": "application/x-www-form-urlencoded"}, 415),
    "plain text, which needs no preflight": (GOOD | {"Content-Type": "text/plain"}, 415),
    "no content type": (without("Content-Type"), 415),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_refused(attack, steering_client, training):
    headers, status = ATTACKS[attack]
    response = post(steering_client, headers=headers)
    assert response.status_code == status, response.text
    assert "Access-Control-Allow-Origin" not in response.headers
    assert training.done == []


def test_pages_of_this_server_are_let_in(steering_client, training):
    for extra in (
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://hub.example"},
        {"Origin": "http://localhost"},
        {"Origin": "https://hub.example", "X-Forwarded-Host": "hub.example"},
    ):
        assert post(steering_client, headers=GOOD | extra).status_code == 200
    assert len(training.done) == 3


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "HEAD"])
def test_only_post_commands_and_no_preflight_is_answered(method, steering_client, training):
    response = steering_client.get("control/command", headers=GOOD, method=method, run="a")
    assert response.status_code == 405
    assert not [name for name in dict(response.headers) if name.startswith("Access-Control")]
    assert training.done == []


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "{",
        "[" * 30_000,
        '"pause"',
        '{"command": "pause"}',
        '{"id": "../../x", "command": "pause"}',
        '{"id": "1", "command": "pause"}',
        json.dumps({"id": "NEW", "command": "nope"}),
        json.dumps({"id": "NEW", "command": "__class__"}),
        json.dumps({"id": "NEW", "command": ["pause"]}),
        json.dumps({"id": "NEW", "command": "step", "arguments": {"count": 0}}),
        json.dumps({"id": "NEW", "command": "step", "arguments": {"count": True}}),
        json.dumps({"id": "NEW", "command": "set_learning_rate", "arguments": {"value": "1"}}),
        json.dumps({"id": "NEW", "command": "set_learning_rate", "arguments": {"value": 1e999}}),
        json.dumps({"id": "NEW", "command": "set_learning_rate", "arguments": {"value": -1}}),
        json.dumps({"id": "NEW", "command": "pause", "arguments": {"more": 1}}),
        json.dumps({"id": "NEW", "command": "pause", "else": 1}),
        json.dumps({"id": "NEW", "command": "freeze", "arguments": {"layers": "x"}}),
    ],
)
def test_bodies_that_are_no_command_get_400(body, steering_client, training):
    response = post(
        steering_client, body=body.replace("NEW", new_id())
    )  # ids in names would differ each time
    assert response.status_code == 400, response.text
    assert training.done == []


def test_oversized_bodies_are_not_read(steering_client, training):
    assert post(steering_client, body=" " * (MAX_BODY + 1)).status_code == 413
    environ = steering_client.environ("control/command", "run=a", headers=GOOD)
    environ |= {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "application/json"}
    environ["CONTENT_LENGTH"] = str(10**12)
    assert werkzeug_test.run_wsgi_app(steering_client.dispatch, environ)[1].startswith("413")
    del environ["CONTENT_LENGTH"]
    environ["HTTP_TRANSFER_ENCODING"] = "chunked"
    assert werkzeug_test.run_wsgi_app(steering_client.dispatch, environ)[1].startswith("413")
    assert training.done == []


def test_a_run_behind_a_url_is_steered_and_no_other_place():
    pytest.importorskip("fsspec")
    logdir = "memory://tb_keras_inspect_steered"
    training, steering = Training(f"{logdir}/b/a"), Steering(f"{logdir}/b", True)
    try:
        body = json.dumps({"id": new_id(), "command": "pause"}).encode()
        assert json.loads(steering.send("a", TOKEN, body).body)["outcome"] == "done"
        assert training.done == [("pause", {})]
        with pytest.raises(HttpError) as caught:
            steering.send("a", "wrong", body)
        assert caught.value.code == 403
        outside = Steering(f"{logdir}/c", True)
        for run in ("../b/a", "..", "x/../../b/a", "", "/a", "a//", "x\\..\\a"):
            with pytest.raises(HttpError) as caught:
                outside.send(run, TOKEN, body)
            assert caught.value.code in (403, 409)
        assert len(training.done) == 1
    finally:
        training.close()


@pytest.mark.parametrize(
    "run", ["..", "../a", "a/../a", "/etc", "a/keras_inspect_control", "", ".", "a\0", "nope"]
)
def test_no_other_directory_is_reached_by_a_name(run, steering_client, training):
    assert post(steering_client, run=run).status_code == 404
    assert training.done == []


def test_a_run_behind_a_link_out_of_the_logdir_is_refused(tmp_path):
    outside = tmp_path / "outside"
    write_run(outside).close()
    logs = tmp_path / "logs"
    logs.mkdir()
    write_run(logs / "b").close()
    training = Training(outside)
    try:
        (logs / "b" / "linked").symlink_to(outside)
        steering_client = Client(logs, control=True)
        for name in steering_client.json("runs")["runs"]:
            if name["name"] != "b":
                assert post(steering_client, run=name["name"]).status_code == 403
        # And control files behind a link are no control files.
        (logs / "b" / FOLDER).symlink_to(outside / FOLDER)
        assert post(steering_client, run="b").status_code == 409
    finally:
        training.close()
    assert training.done == []


@pytest.mark.parametrize("name", ["commands", "state.json", "token"])
def test_links_among_the_control_files_are_not_followed(name, tmp_path):
    write_run(tmp_path / "logs" / "a").close()
    training = Training(tmp_path / "logs" / "a")
    folder = tmp_path / "logs" / "a" / FOLDER
    target = tmp_path / name
    try:
        training.server.stop()
        os.rename(folder / name, target)
        (folder / name).symlink_to(target)
        before = sorted(os.listdir(target)) if target.is_dir() else target.read_bytes()
        steering_client = Client(tmp_path / "logs", control=True)
        response = post(steering_client)
        if name == "token":  # it cannot be read: the training decides
            assert response.json["outcome"] == "waiting"
        else:
            assert response.status_code == 409
        after = sorted(os.listdir(target)) if target.is_dir() else target.read_bytes()
        assert before == after
    finally:
        (folder / name).unlink()
        os.rename(target, folder / name)
        training.close()
    assert training.done == []


def test_a_pipe_in_place_of_the_state_does_not_make_the_server_wait(tmp_path):
    write_run(tmp_path / "a").close()
    os.makedirs(tmp_path / "a" / FOLDER)
    os.mkfifo(tmp_path / "a" / FOLDER / "state.json")
    steering_client = Client(tmp_path, control=True)
    assert steering_client.json("control", run="a")["state"] is None
    assert post(steering_client).status_code == 409


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "damaged"),
        ("[]", "damaged"),
        ("{", "damaged"),
        ("[" * 100_000, "damaged"),
        ('{"version": 2}', "damaged"),
        ('{"version": 2, "challenge": "1-a", "time": NaN}', "damaged"),
        ('{"version": 2, "challenge": "1-a", "time": 1e999}', "damaged"),
        ('{"version": 2, "challenge": "1-a", "step": -1e999}', "damaged"),
        ('{"version": 2, "challenge": "1-a", "time": 1%s}' % ("0" * 400), "damaged"),
        ('{"version": 2, "challenge": "1-a", "frozen": %s}' % ("[" * 900 + "]" * 900), "damaged"),
        ('{"version": 1, "status": "running"}', "version 1, not 2"),
        ('{"version": "\\ud800"}', "not 2"),
    ],
)
def test_a_damaged_state_is_no_training(text, why, tmp_path):
    write_run(tmp_path / "a").close()
    os.makedirs(tmp_path / "a" / FOLDER)
    (tmp_path / "a" / FOLDER / "state.json").write_text(text)
    steering_client = Client(tmp_path, control=True)
    content = steering_client.json("control", run="a")
    assert content["state"] is None
    assert why in content["why"]
    assert post(steering_client).status_code == 409


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts descriptors")
@pytest.mark.parametrize("flag", [True, False])
def test_a_directory_in_place_of_the_state_leaks_no_descriptor(flag, tmp_path):
    write_run(tmp_path / "a").close()
    (tmp_path / "a" / FOLDER / "state.json").mkdir(parents=True)
    (tmp_path / "a" / FOLDER / "token").mkdir()
    steering_client = Client(tmp_path, control=flag)
    steering_client.json("control", run="a")
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        assert steering_client.json("control", run="a")["state"] is None
        post(steering_client)
    # Fewer, if what other tests have left is collected in the meantime.
    assert len(os.listdir("/proc/self/fd")) <= before


def test_a_forged_command_file_is_refused_by_the_training(steering_client, logs, training):
    """Whoever can write to the directory but not read the token."""
    identity = new_id()
    challenge = json.loads((logs / "a" / FOLDER / "state.json").read_text())["challenge"]
    forged = Request(identity, "stop", {}, challenge, "0" * 64)
    (logs / "a" / FOLDER / "commands" / f"{identity}.json").write_bytes(forged.to_json())
    end = channel.Channel(str(logs / "a"))
    while (answer := end.answer(identity)) is None:
        pass
    assert (answer["outcome"], answer["why"]) == ("refused", "The token is wrong")
    assert training.done == []


def test_a_token_is_in_no_answer_and_in_no_command_file(steering_client, logs, training):
    training.busy.set()
    training.server.stop()
    identity = new_id()
    channel.Channel(str(logs / "a")).send(TOKEN, identity, "pause", {})
    text = (logs / "a" / FOLDER / "commands" / f"{identity}.json").read_text()
    assert TOKEN not in text
    assert (logs / "a" / FOLDER / "token").stat().st_mode & 0o777 == 0o600
