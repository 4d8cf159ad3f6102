"""Where alerts are sent. A webhook's URL is a secret: anyone who has it can write there."""

import base64
import dataclasses
import urllib.parse
from collections.abc import Callable, Mapping
from typing import Any

from tb_keras_inspect.catalog.problems import SEVERITIES
from tb_keras_inspect.training.options import checks as check

FORMS = ("slack", "discord", "feishu", "json")
_HOSTS = {
    "hooks.slack.com": "slack",
    "discord.com": "discord",
    "discordapp.com": "discord",
    "open.feishu.cn": "feishu",
    "open.larksuite.com": "feishu",
}
_SCHEMES = ("https", "http")


@dataclasses.dataclass(frozen=True)
class Webhook:
    """A URL that findings are sent to while the model trains.

    The URL is never printed, logged or recorded; messages name its host only.

    Args:
        url: An address that begins with `https://`, or `http://` in your own network.
        form: The JSON that the server expects: `"slack"` (also Mattermost, Rocket.Chat and Google
            Chat), `"discord"`, `"feishu"` (also Lark), or `"json"`, the whole finding for a program.
            Defaults to None: by the URL's host, `"json"` for those that are not known.
        severity: Severity from which a finding is sent. Defaults to `"warning"`.

    Raises:
        ValueError: if a value is not accepted.

    Example:

    ```python
    from tb_keras_inspect import InspectCallback, Webhook

    InspectCallback("logs/a", alerts=Webhook("https://chat.example.org/hooks/x", form="slack"))
    ```
    """

    url: str
    form: str | None = None
    severity: str = "warning"

    def __post_init__(self) -> None:
        if not _is_url(self.url):
            raise ValueError(
                "`url` must be a URL that begins with https:// or http://, without a user name or "
                f"blanks. Received: {masked(self.url)}"
            )
        if self.form is not None and not check.is_one_of(self.form, FORMS):
            raise ValueError(
                f"`form` must be None or one of {', '.join(FORMS)}. Received: form={self.form!r}"
            )
        if not check.is_one_of(self.severity, SEVERITIES):
            raise ValueError(
                f"`severity` must be one of {', '.join(SEVERITIES)}. "
                f"Received: severity={self.severity!r}"
            )
        if self.form is None:
            object.__setattr__(self, "form", _form_of(self.url))

    @property
    def place(self) -> str:
        """The URL as messages name it."""
        return masked(self.url)

    def __repr__(self) -> str:
        return f"Webhook({self.place!r}, form={self.form!r}, severity={self.severity!r})"

    def __reduce__(self) -> tuple[Callable[..., "Webhook"], tuple[Any, ...]]:
        # No protection, but a pickle that is printed or searched does not show the URL.
        return _unpickled, (base64.b85encode(self.url.encode()), self.form, self.severity)


def webhooks_of(alerts: Any) -> tuple[Webhook, ...]:
    """What the user gave for `alerts`, as webhooks.

    Args:
        alerts: None, or one or several of: a URL, a `Webhook`, a mapping of its fields.

    Raises:
        ValueError: for anything else. No message contains a URL.
    """
    if alerts is None:
        return ()
    if isinstance(alerts, Webhook):
        return (alerts,)
    if isinstance(alerts, str):
        return (Webhook(alerts),)
    if isinstance(alerts, Mapping) and "url" in alerts:
        accepted = check.names_of(Webhook)
        if unknown := [key for key in alerts if not check.is_one_of(key, accepted)]:
            raise ValueError(
                f"A webhook accepts {', '.join(accepted)}. Received: {unknown[0]!r}."
                f"{check.closest(unknown[0], accepted)}"
            )
        return (Webhook(**alerts),)
    items = check.items_of(alerts)
    if items is None or any(item is None for item in items):
        raise ValueError(
            "`alerts` must be a URL, a Webhook, a mapping with keys "
            f"{', '.join(check.names_of(Webhook))}, or a list of these. "
            f"Received: a {type(alerts).__name__}"
        )
    return tuple(hook for item in items for hook in webhooks_of(item))


def masked(url: Any) -> str:
    """A URL without what is secret in it."""
    if not isinstance(url, str):
        return f"a {type(url).__name__}"
    try:
        parts = urllib.parse.urlsplit(url)
        host = parts.hostname
    except ValueError:
        host = None
    return f"{parts.scheme}://{host}/..." if host else "a text without a host"


def _is_url(url: Any) -> bool:
    if not isinstance(url, str) or not url.isascii() or any(c.isspace() for c in url):
        return False
    try:
        parts = urllib.parse.urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in _SCHEMES and bool(parts.hostname) and parts.username is None


def _form_of(url: str) -> str:
    host = urllib.parse.urlsplit(url).hostname or ""
    own = [form for name, form in _HOSTS.items() if host == name or host.endswith(f".{name}")]
    return own[0] if own else "json"


def _unpickled(url: bytes, form: str | None, severity: str) -> Webhook:
    return Webhook(base64.b85decode(url).decode(), form, severity)
