"""The JSON of an alert, as each kind of server expects it, and what its answer means."""

import json
from collections.abc import Callable
from typing import Any

from tb_keras_inspect.catalog.json_schema import JSON_SCHEMA
from tb_keras_inspect.diagnosis import Finding
from tb_keras_inspect.diagnosis.wording import printable

LONGEST = 1_800  # characters; Discord refuses messages of more than 2,000


def alert_text(run: str, finding: Finding) -> str:
    """What people read: what, where and since when; the first advice; the run."""
    lines = [f"Keras Inspect, {finding.severity}: {finding.problem}: {printable(finding.title)}."]
    if finding.advice:
        lines.append(f"Try: {printable(finding.advice[0].text)}")
    return "\n".join([*lines, f"Run: {printable(run)}"])[:LONGEST]


def body(form: str, run: str, step: int, change: str, finding: Finding) -> bytes:
    """The body of a request.

    Args:
        form: One of `webhooks.FORMS`.
        run: The run's directory.
        step: The newest sampled step.
        change: "found" or "worse".
        finding: The finding.
    """
    if form == "json":
        event = {"run": run, "step": step, "change": change, "finding": finding.to_dict()}
        content: dict[str, Any] = {"schema": JSON_SCHEMA, **event}
    else:
        content = _MESSAGES[form](alert_text(run, finding))
    return json.dumps(content, allow_nan=False).encode()


def _slack(text: str) -> dict[str, Any]:
    for sign, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):  # no mentions, no links
        text = text.replace(sign, escaped)
    return {"text": text}


def _discord(text: str) -> dict[str, Any]:
    return {"content": text, "allowed_mentions": {"parse": []}}


def _feishu(text: str) -> dict[str, Any]:
    return {"msg_type": "text", "content": {"text": text.replace("<", "\uff1c")}}  # no mentions


_MESSAGES: dict[str, Callable[[str], dict[str, Any]]] = {
    "slack": _slack,
    "discord": _discord,
    "feishu": _feishu,
}


def refusal(form: str, answer: bytes) -> str | None:
    """Why a server did not take an alert, though it answered with status 200; None if it did."""
    if form != "feishu":
        return None
    try:
        code = json.loads(answer).get("code", 0)
    except (ValueError, AttributeError):
        return None
    return None if code == 0 else f"its answer has the code {str(code)[:20]}"
