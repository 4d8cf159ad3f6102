"""Logs that somebody wrote to do harm, under every tool: answers or explained errors, never a crash."""

import pytest

from tb_keras_inspect.catalog.kinds import TABLE_KINDS
from tb_keras_inspect.mcp_server.pictures import PICTURES
from tb_keras_inspect.mcp_server.server import MOST_TEXT, create
from tests.mcp_server.asking import with_client
from tests.store import hostile_logs

NAMES = ("", "conv", hostile_logs.MARKUP)
KINDS = [kind.value for kind in TABLE_KINDS]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    directory = tmp_path_factory.mktemp("hostile")
    hostile_logs.write_all(directory)
    return create(str(directory))


def questions(run):
    yield "diagnose", {"run": run}
    yield "describe_model", {"run": run}
    yield "training_state", {"run": run}
    for kind in KINDS:
        yield "read_table", {"run": run, "kind": kind}
        for name in NAMES:
            yield "read_series", {"run": run, "kind": kind, "statistic": "l2", "name": name}
    yield "read_series", {"run": run, "kind": "step", "statistic": "loss"}


async def answers(client, asked):
    for tool, arguments in asked:
        result = await client.call_tool(tool, arguments)
        text = getattr(result.content[0], "text", "")
        assert text != f"Error executing tool {tool}", arguments
        assert len(text) <= MOST_TEXT


@pytest.mark.parametrize("run", hostile_logs.RUNS)
def test_every_tool_answers_or_says_why_not(server, run):
    with_client(server, lambda client: answers(client, [("list_runs", {}), *questions(run)]))


@pytest.mark.slow
@pytest.mark.parametrize("run", ["names", "numbers", "shapes"])
def test_every_picture_is_drawn_or_refused(server, run):
    asked = [
        ("draw", {"run": run, "picture": picture, "name": name})
        for picture in PICTURES
        for name in NAMES
    ]
    with_client(server, lambda client: answers(client, asked))
