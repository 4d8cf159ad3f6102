"""An assistant finds out why the demo's failing runs fail, from answers of the MCP server alone."""

import asyncio
import math
import re
import sys

import pytest

from tests.docs.pages import ROOT, blocks
from tests.mcp_server.asking import stdio_server, with_client

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]
FAILING = ("diverges_to_nan", "dying_relu_mlp", "vanishing_sigmoid")


@pytest.fixture(scope="module")
def asked(demo):
    """What a script learns that knows nothing but the server: a dict by run of all answers."""
    return with_client(stdio_server(demo[0]), investigate)


async def investigate(client):
    """Asks as an assistant would: what is broken, on which evidence, and what the numbers say."""

    async def ask(tool, **arguments):
        result = await client.call_tool(tool, arguments)
        assert not result.is_error, result.content
        return result.structured_content

    learned = {}
    for run in (await ask("list_runs"))["runs"]:
        name = run["run"]
        answer = await ask("diagnose", run=name)
        severe = [item for item in answer["findings"] if item["severity"] == "error"]
        facts = learned[name] = {"summary": run, "finding": severe[0] if severe else None}
        if not severe:
            continue
        step = severe[0]["first_step"]
        facts["model"] = await ask("describe_model", run=name)
        loss = {"run": name, "kind": "step", "statistic": "loss", "points": 500}
        facts["loss"] = await ask("read_series", **loss)
        rate = {"run": name, "kind": "step", "statistic": "learning_rate", "points": 500}
        facts["rate"] = await ask("read_series", **rate)
        facts["gradients"] = await ask(
            "read_table", run=name, kind="gradient", step=step, statistics=["l2"]
        )
        facts["evidence"] = [
            await ask(
                "read_series",
                run=name,
                kind=item["kind"],
                statistic=item["statistic"],
                name=item["row"],
            )
            for item in severe[0]["evidence"]
            if item["kind"] and item["statistic"]
        ]
        facts["picture"] = await client.call_tool("draw", {"run": name})
    return learned


def at(series, step):
    """The value of a series at the newest sample at or before a step."""
    index = max(i for i, item in enumerate(series["steps"]) if item <= step)
    return float(series["values"][index])


def test_the_failing_runs_are_told_from_the_healthy_ones(asked):
    assert {name for name, facts in asked.items() if facts["finding"]} == set(FAILING)
    assert {asked[name]["summary"]["health"] for name in FAILING} == {"error"}
    for name in FAILING:
        assert asked[name]["evidence"], "each finding names series that can be read"
        assert asked[name]["picture"].content[0].mime_type == "image/png"


def test_units_died_when_the_learning_rate_had_risen_too_high(asked):
    facts = asked["dying_relu_mlp"]
    finding = facts["finding"]
    assert (finding["problem"], finding["variant"]) == ("dying_relu", "died")
    assert any(layer.startswith("hidden") for layer in finding["where"]["layers"])
    began = finding["first_step"]
    assert at(facts["rate"], began) > 5 * at(facts["rate"], 10)  # it warms up
    assert at(facts["rate"], began) > 0.05
    assert at(facts["loss"], 60) < 1.5  # it had learned
    assert at(facts["loss"], 899) == pytest.approx(math.log(10), abs=0.15)  # of guessing
    assert "learning rate" in finding["advice"][0]["text"].lower()


def test_the_gradient_fades_over_sigmoid_layers(asked):
    facts = asked["vanishing_sigmoid"]
    assert facts["finding"]["problem"] == "vanishing_gradient"
    activations = {layer["activation"] for layer in facts["model"]["layers"]}
    assert "sigmoid" in activations
    l2 = {row["name"]: row["values"][0] for row in facts["gradients"]["rows"]}
    assert l2["hidden_1/kernel"] < 0.01 * l2["classes/kernel"]
    assert at(facts["loss"], 899) > 2.0


def test_the_loss_is_the_first_that_is_nan_and_it_is_not_one_of_keras(asked):
    facts = asked["diverges_to_nan"]
    finding = facts["finding"]
    assert finding["problem"] == "non_finite"
    began = finding["first_step"]
    assert at(facts["loss"], began - 5) < 1.0
    assert not math.isfinite(at(facts["loss"], began))
    assert finding["ongoing"]
    assert facts["model"]["compiled"]["loss"] == "unguarded_cross_entropy"
    assert facts["model"]["layers"][-1]["activation"] == "softmax"


def test_the_script_of_the_guide_names_the_three_causes(demo, monkeypatch):
    (block,) = [block for block in blocks("python") if block.page == "docs/howto/agents.md"]
    logdir = demo[0]
    text = block.text.replace(
        '"logs/demo"]', f"{str(logdir)!r}], env={{'PYTHONPATH': {str(ROOT)!r}}}"
    )
    text, calls = re.subn(r"^for name, cause in asyncio\.run.*", "", text, flags=re.M | re.S)
    assert calls == 1
    given = {"asyncio": asyncio, "sys": sys}
    exec(compile(text, block.page, "exec"), given)
    causes = asyncio.run(given["why_runs_fail"]())
    assert set(causes) >= set(FAILING)
    for name, problem in zip(
        FAILING, ("non_finite", "dying_relu", "vanishing_gradient"), strict=True
    ):
        assert causes[name].startswith(problem)
        assert "at steps" in causes[name]
