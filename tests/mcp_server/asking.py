"""Asks the server with the official client."""

import asyncio
import sys

from mcp import Client, StdioServerParameters

from tests.programs import ROOT


def stdio_server(logdir, *options, cwd=None):
    """How the command is started: a process of its own, which talks over its stdin and stdout."""
    arguments = ["-m", "tb_keras_inspect.cli", "mcp", str(logdir), *options]
    return StdioServerParameters(
        command=sys.executable, args=arguments, env={"PYTHONPATH": str(ROOT)}, cwd=cwd
    )


def with_client(server, script, mode="auto"):
    """Returns what `script(client)`, a coroutine, returns; with `mode` of the protocol's versions."""

    async def run():
        async with Client(server, mode=mode) as client:
            return await script(client)

    return asyncio.run(run())


def call(server, tool, **arguments):
    """The result of one call."""

    async def script(client):
        return await client.call_tool(tool, arguments)

    return with_client(server, script)


def ask(server, tool, **arguments):
    """The content of an answer."""
    result = call(server, tool, **arguments)
    assert not result.is_error, result.content
    return result.structured_content


def error(server, tool, **arguments):
    """The text of an error."""
    result = call(server, tool, **arguments)
    assert result.is_error, result.content
    return result.content[0].text
