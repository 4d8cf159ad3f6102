"""Which names of the server a request may use: not those of other sites (DNS rebinding)."""

import argparse

import pytest

from tb_keras_inspect.plugin.host_check import HostCheck
from tests.plugin.controlled_run import GOOD, post

HOSTS = {
    "localhost": True,
    "localhost:6006": True,
    "LOCALHOST.:6006": True,
    "a.localhost:6006": True,
    "127.0.0.1:6006": True,
    "[::1]:6006": True,
    "192.168.1.7:6006": True,  # an address, which no name server can change
    "evil.example": False,
    "evil.example:6006": False,
    "localhost.evil.example": False,
    "127.0.0.1.evil.example": False,
    "evil.example#localhost": False,
    "evil.example/localhost": False,
    "localhost@evil.example": False,
    "[::1": False,
    "[evil.example]": False,
    "evil.example:x": False,
    "évil.example": False,
    "2130706433": False,
}


def accepts(flags, **environ):
    return HostCheck(argparse.Namespace(**flags)).accepts(environ)


@pytest.mark.parametrize(("host", "is_own"), HOSTS.items())
def test_on_this_machine_alone_only_its_names_and_addresses_are_accepted(host, is_own):
    for flags in ({}, {"host": "127.0.0.1"}, {"host": "localhost", "bind_all": False}):
        assert accepts(flags, HTTP_HOST=host) is is_own


@pytest.mark.parametrize("flags", [{"bind_all": True}, {"host": "0.0.0.0"}, {"host": "tb.example"}])
def test_where_other_names_can_lead_here_all_are_accepted_unless_they_are_listed(flags):
    assert accepts(flags, HTTP_HOST="any.example")
    listed = flags | {"keras_inspect_hosts": "tb.example, Hub.Example"}
    assert not accepts(listed, HTTP_HOST="any.example")
    for own in ("tb.example:6006", "hub.example", "localhost", "10.0.0.1"):
        assert accepts(listed, HTTP_HOST=own)


def test_on_colab_all_are_accepted(monkeypatch):
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release-colab_20261101")
    assert accepts({}, HTTP_HOST="x.prod.colab.dev")


def test_a_listed_name_is_accepted_on_this_machine_too():
    assert accepts({"keras_inspect_hosts": "hub.example"}, HTTP_HOST="hub.example:8888")


def test_a_proxy_with_https_and_a_client_that_is_no_browser_are_let_in():
    assert accepts({}, HTTP_HOST="hub.example", HTTP_SEC_FETCH_SITE="same-origin")
    assert accepts({})


def test_a_foreign_name_gets_no_data_from_any_route_and_cannot_steer(steering_client, training):
    for path in steering_client.plugin.get_plugin_apps():
        route = path.strip("/").replace("*", "index.js")
        response = steering_client.get(route, headers={"Host": "evil.example:6006"}, run="a")
        if route.endswith("index.js"):  # the tab itself, which then shows the message
            assert response.status_code in (200, 404)
            continue
        assert response.status_code == 403
        assert "--keras_inspect_hosts" in response.json["error"]
        assert response.headers["Cache-Control"] == "private, no-cache"
    foreign = GOOD | {"Host": "evil.example:6006", "Origin": "http://evil.example:6006"}
    assert post(steering_client, headers=foreign).status_code == 403
    assert training.done == []
