"""What a stranger may send to a real TensorBoard with this plugin, and all that comes back."""

import http.client
import json
import os
import pathlib
import re
import socket
import urllib.parse

import pytest

import tb_keras_inspect
from tb_keras_inspect.plugin import routes
from tests.e2e.harness import TensorBoard
from tests.store.run_writer import write_run

pytestmark = pytest.mark.e2e
PREFIX = "/data/plugin/keras_inspect/"
MARKUP = "<script>alert(1)</script>"
SECRET = "a secret beside the logdir"
PACKAGE = pathlib.Path(tb_keras_inspect.__file__).parent
TYPES = {"application/json", "application/octet-stream", "text/javascript; charset=utf-8"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    directory = tmp_path_factory.mktemp("requests")
    (directory / "secret.js").write_text(SECRET)
    write_run(directory / "logs" / "a").close()
    with TensorBoard(directory / "logs", True) as server:
        server.wait_for_run("a")
        yield server


class Answer:
    """Status, headers by lower-case name, and body."""

    def __init__(self, response):
        self.status, self.body = response.status, response.read()
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.names = [name.lower() for name, _ in response.getheaders()]


def ask(server, path, method="GET", headers=(), body=None, host=None):
    """One request, whose path nobody tidies up."""
    address = urllib.parse.urlsplit(server.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", host or address.netloc)
        for name, value in dict(headers).items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        return Answer(connection.getresponse())
    finally:
        connection.close()


def assert_harmless(answer):
    """Nothing in it runs in a browser, is kept for somebody else, or tells about the machine."""
    assert answer.headers["content-type"] in TYPES
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert not answer.headers.get("cache-control", "").startswith("public")
    assert "private" in answer.headers["cache-control"]
    assert "set-cookie" not in answer.headers
    assert not [name for name in answer.names if name.startswith("access-control-")]
    assert SECRET.encode() not in answer.body
    for private in (str(PACKAGE), os.path.expanduser("~") + "/", "Traceback", socket.gethostname()):
        if len(private) > 2 and answer.headers["content-type"] == "application/json":
            assert private.encode() not in answer.body, private


TRAVERSALS = (
    "static/../../../../../../../../etc/passwd",
    "static/%2e%2e/%2e%2e/plugin/plugin.py",
    "static/..%2f..%2f__init__.py",
    "static/....//....//__init__.py",
    "static//etc/passwd",
    "static/%2fetc%2fpasswd",
    "static/..%5c..%5c__init__.py",
    "static/%00index.js",
    "static/index.js%00.png",
    "static/../index.js/../../callback.py",
    "static/%c0%ae%c0%ae/__init__.py",
    "static/" + "../" * 200 + "etc/passwd",
    "static/" + "a" * 5000,
    "static/",
    "static/.",
)


@pytest.mark.parametrize("path", TRAVERSALS, ids=range(len(TRAVERSALS)))
def test_no_path_leaves_the_static_folder(server, path):
    answer = ask(server, PREFIX + path)
    assert answer.status in (400, 404), answer.body[:200]
    assert b"root:" not in answer.body
    assert b"import " not in answer.body


def test_the_static_folder_itself_is_served_with_its_types(server):
    answer = ask(server, PREFIX + "index.js")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert_harmless(answer)


METHODS = ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "FROB")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("route", ["runs", "table?run=a&kind=gradient", "index.js"])
def test_nothing_but_get_is_served_where_nothing_is_written(server, method, route):
    body = None if method in ("TRACE", "OPTIONS", "CONNECT") else b'{"run": "a"}'
    answer = ask(server, PREFIX + route, method, {"Content-Type": "application/json"}, body)
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert_harmless(answer)


def routes_with_values(value):
    """Every route, with a value in every parameter it takes."""
    text = urllib.parse.quote(value)
    yield f"runs?x={text}"
    yield f"batch?requests={text}"
    yield f"batch?requests={urllib.parse.quote(json.dumps([f'table?run={value}', value]))}"
    for name in routes.RUN_ROUTES:
        yield f"{name}?run={text}"
        for parameter in (*routes.accepted(name), value):
            yield f"{name}?run=a&{urllib.parse.quote(parameter)}={text}"


def test_no_markup_comes_back_as_markup(server):
    for path in [*routes_with_values(MARKUP), f"static/{urllib.parse.quote(MARKUP)}"]:
        answer = ask(server, PREFIX + path)
        assert answer.status in (200, 400, 404), path
        assert_harmless(answer)
    # A path that is no route of ours is TensorBoard's to answer.
    answer = ask(server, PREFIX + urllib.parse.quote(MARKUP))
    assert answer.status == 404
    assert MARKUP.encode() not in answer.body


OVERSIZED = (
    "x" * 20_000,
    "%00" * 5_000,
    "9" * 10_000,
    "&a=b" * 10_000,
    json.dumps(["runs"] * 3_000),
    "[" * 30_000,
    ",".join(["l2"] * 8_000),
)


@pytest.mark.parametrize("value", OVERSIZED, ids=range(len(OVERSIZED)))
def test_a_query_of_any_length_is_answered_shortly(server, value):
    text = value if value.startswith(("&", "%")) else urllib.parse.quote(value, safe=",")
    for path in (f"runs?x={text}", f"table?run=a&kind={text}", f"batch?requests={text}"):
        answer = ask(server, PREFIX + path)
        assert answer.status in (400, 404, 413, 414), path[:80]
        if answer.status != 414:  # that one is the web server's
            assert_harmless(answer)
            assert len(answer.body) < 1000


def test_a_query_that_is_too_long_for_the_web_server_is_refused_by_it(server):
    assert ask(server, PREFIX + "runs?x=" + "x" * 100_000).status == 414
    assert ask(server, PREFIX + "runs").status == 200


def test_another_sites_page_gets_nothing(server):
    """Without the header that would allow it, a browser hands over no byte of the answer."""
    foreign = {"Origin": "https://elsewhere.example", "Referer": "https://elsewhere.example/x"}
    for method in ("GET", "OPTIONS"):
        sent = {**foreign, "Access-Control-Request-Method": "GET"}
        answer = ask(server, PREFIX + "runs", method, sent)
        assert answer.status == (200 if method == "GET" else 405)
        assert_harmless(answer)


def test_another_sites_name_for_this_server_gets_nothing(server):
    port = urllib.parse.urlsplit(server.url).port
    for path in ("runs", "model?run=a", "control?run=a"):
        for host in ("evil.example", f"evil.example:{port}"):
            answer = ask(server, PREFIX + path, host=host)
            assert answer.status == 403
            assert b"conv" not in answer.body
            assert_harmless(answer)
        assert ask(server, PREFIX + path, host=f"localhost:{port}").status == 200


def test_what_is_kept_is_asked_for_again_and_not_shared(server):
    for path in ("runs", "model?run=a", "table?run=a&kind=gradient", "index.js"):
        answer = ask(server, PREFIX + path)
        assert answer.headers["cache-control"] == "private, no-cache"
        assert "accept-encoding" in answer.headers["vary"].lower()
        tag = answer.headers["etag"]
        again = ask(server, PREFIX + path, headers={"If-None-Match": tag})
        assert again.status == 304
        assert again.headers["cache-control"] == "private, no-cache"


def test_nothing_is_told_of_the_machine_but_the_logdir(server):
    answer = ask(server, PREFIX + "runs")
    content = json.loads(answer.body)
    assert content.pop("logdir") == str(server.log_dir)  # TensorBoard tells it too
    left = json.dumps(content)
    assert str(server.log_dir.parent) not in left
    for path in ("model?run=a", "scalars?run=a", "maps_index?run=a", "findings?run=a"):
        body = ask(server, PREFIX + path).body.decode()
        assert not re.search(r'"/(root|home|tmp|usr|work|etc)\b', body)


def test_an_unexpected_error_tells_its_kind_and_no_more(caplog):
    from tb_keras_inspect.plugin.errors import as_http

    secret = FileNotFoundError(2, "No such file or directory", "/home/somebody/.ssh/id_rsa")
    code, text = as_http(secret)
    assert code == 404
    assert "id_rsa" not in text
    assert "FileNotFoundError" in text
    assert "id_rsa" in caplog.text  # for who runs the server


def test_garbage_instead_of_http_costs_one_connection(server):
    address = urllib.parse.urlsplit(server.url)
    for data in (b"\x00" * 1000, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\xff\xfe" * 500):
        with socket.create_connection((address.hostname, address.port), timeout=10) as stream:
            stream.sendall(data)
            stream.shutdown(socket.SHUT_WR)
            while stream.recv(4096):
                pass
    assert ask(server, PREFIX + "runs").status == 200
