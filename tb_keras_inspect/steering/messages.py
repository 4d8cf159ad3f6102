"""Commands as they are sent: ids, signatures, JSON.

Token and HMAC need no library beyond the standard one. They keep other users of a shared directory from
controlling the run; they hide nothing from anyone who can read the owner's files.
"""

import dataclasses
import hashlib
import hmac
import json
import math
import re
import secrets
import threading
import time
from collections.abc import Mapping
from typing import Any

VERSION = 2  # of all control files
MAX_INTEGER = 2**63
MAX_DEPTH = 20  # of objects and lists in one another
_ID = re.compile(r"[0-9]{19}-[0-9a-f]{16}")
_lock = threading.Lock()
_last_time = 0


def new_id() -> str:
    """Return a new id for a command. Those of a process sort by creation, whatever its clock does."""
    global _last_time
    with _lock:
        _last_time = max(time.time_ns(), _last_time + 1)
        return f"{_last_time:019d}-{secrets.token_hex(8)}"


def is_id(text: Any) -> bool:
    """Return whether a value has the form of a command's id."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def new_token() -> str:
    """Return a new token of 160 random bits."""
    return secrets.token_hex(20)


def sign(
    token: str, challenge: str, identity: str, command: str, arguments: Mapping[str, Any]
) -> str:
    """Return a signature that proves that the sender has the token, without revealing the token.

    Args:
        token: The token.
        challenge: The newest challenge in the state of the training run: see `replay_guard`.
        identity: Id of the command.
        command: Its name.
        arguments: Its arguments by name.

    Raises:
        ValueError: If an argument has no place in JSON.
    """
    content = [VERSION, challenge, identity, command, arguments]
    text = json.dumps(content, sort_keys=True, allow_nan=False)
    key = token.encode("utf-8", "replace")
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def secrets_equal(left: str, right: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(left.encode("utf-8", "replace"), right.encode("utf-8", "replace"))


@dataclasses.dataclass(frozen=True)
class Request:
    """A command as it was sent.

    Attributes:
        id: Its id.
        command: Its name.
        arguments: Its arguments by name, not checked.
        challenge: The challenge it was signed for.
        signature: See `sign`.
    """

    id: str
    command: str
    arguments: dict[str, Any]
    challenge: str = ""
    signature: str = ""

    def is_signed_with(self, token: str) -> bool:
        """Return whether the sender had the token."""
        try:
            expected = sign(token, self.challenge, self.id, self.command, self.arguments)
        except ValueError:  # a NaN
            return False
        return secrets_equal(expected, self.signature)

    def to_json(self) -> bytes:
        """Return the contents of its file.

        Raises:
            ValueError: If an argument has no place in JSON.
        """
        content = {"version": VERSION, **dataclasses.asdict(self)}
        return json.dumps(content, allow_nan=False).encode()


def parse_request(identity: str, data: bytes) -> Request | None:
    """Return the command in a file, or None if the contents are not a command with this id."""
    found = parse_object(data) or {}
    texts = [found.get(key) for key in ("command", "challenge", "signature")]
    arguments = found.get("arguments")
    if found.get("version") != VERSION or found.get("id") != identity:
        return None
    if not isinstance(arguments, dict) or not all(isinstance(text, str) for text in texts):
        return None
    command, challenge, signature = map(str, texts)
    return Request(identity, command, arguments, challenge, signature)


def parse_object(data: bytes) -> dict[str, Any] | None:
    """Return the JSON object in untrusted bytes.

    None if they hold none, or numbers that are out of range, or if it is nested too deeply.
    """
    try:
        found = json.loads(data, parse_constant=_refuse, parse_float=_finite, parse_int=_bounded)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and _is_shallow(found, MAX_DEPTH) else None


def _is_shallow(value: Any, depth: int) -> bool:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return depth > 0 and all(_is_shallow(item, depth - 1) for item in inside)


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):  # 1e999
        raise ValueError(f"{text} is out of range")
    return number


def _bounded(text: str) -> int:
    number = int(text)
    if abs(number) >= MAX_INTEGER:
        raise ValueError(f"{text[:40]} is out of range")
    return number
