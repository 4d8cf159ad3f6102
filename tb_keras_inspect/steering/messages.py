"""Commands as they are sent: ids, signatures, JSON.

Token and HMAC need no library beyond the standard one. They keep other users of a shared directory from
controlling the run; they hide nothing from anyone who can read the owner's files.
"""

import dataclasses
import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Mapping
from typing import Any

_ID = re.compile(r"[0-9]{19}-[0-9a-f]{16}")


def new_id() -> str:
    """Return a new id for a command. Ids sort by the time they were created."""
    return f"{time.time_ns():019d}-{secrets.token_hex(8)}"


def is_id(text: Any) -> bool:
    """Return whether a value has the form of a command's id."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def new_token() -> str:
    """Return a new token of 160 random bits."""
    return secrets.token_hex(20)


def sign(token: str, identity: str, command: str, arguments: Mapping[str, Any]) -> str:
    """Return a signature that proves that the sender has the token, without revealing the token."""
    content = json.dumps([identity, command, arguments], sort_keys=True, allow_nan=False)
    key = token.encode("utf-8", "replace")
    return hmac.new(key, content.encode(), hashlib.sha256).hexdigest()


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
        signature: See `sign`.
    """

    id: str
    command: str
    arguments: dict[str, Any]
    signature: str

    def is_signed_with(self, token: str) -> bool:
        """Return whether the sender had the token."""
        try:
            expected = sign(token, self.id, self.command, self.arguments)
        except ValueError:  # a NaN
            return False
        return secrets_equal(expected, self.signature)

    def to_json(self) -> bytes:
        """Return the contents of its file.

        Raises:
            ValueError: If an argument has no place in JSON.
        """
        content = {"id": self.id, "command": self.command, "arguments": self.arguments}
        return json.dumps(content | {"signature": self.signature}, allow_nan=False).encode()


def parse_request(identity: str, data: bytes) -> Request | None:
    """Return the command in a file, or None if the contents are not a command with this id."""
    found = parse_object(data) or {}
    command, arguments = found.get("command"), found.get("arguments")
    signature = found.get("signature")
    if found.get("id") != identity or not isinstance(command, str):
        return None
    if not isinstance(arguments, dict) or not isinstance(signature, str):
        return None
    return Request(identity, command, arguments, signature)


def parse_object(data: bytes) -> dict[str, Any] | None:
    """Return the JSON object in untrusted bytes, or None if they hold none."""
    try:
        found = json.loads(data, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")
