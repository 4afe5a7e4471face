"""One message to Discord through a webhook, whose address is a secret and is never shown.

Obeys `Retry-After`; a message whose answer was lost is not sent again, since Discord would show it
twice. Knows nothing of what the message says.
"""

from __future__ import annotations

import re
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from autograder.errors import ConfigError, RemoteError

TIMEOUT_S = 30
RETRIES = 5
PAUSE_S = 1.0
LIMIT = 2000
_ADDRESS = re.compile(
    r"(https://(?:\w+\.)?discord(?:app)?\.com|http://127\.0\.0\.1:\d+)"
    r"/api/(?:v\d+/)?(webhooks/\d+/[\w-]+)/?"
)


def post(webhook: str, content: str) -> None:
    """Send one message; nobody is mentioned by it, whatever it says.

    Args:
        webhook: the address that Discord gives; the API's version is added to it.
        content: 1 to 2000 characters.

    Raises:
        ConfigError: the address is not one of a webhook of Discord's.
        RemoteError: Discord refused, or did not answer.
    """
    address = _versioned(webhook)
    body: dict[str, Any] = {
        "content": content[:LIMIT],
        "allowed_mentions": {"parse": []},
        "flags": 4,  # no previews of links
    }
    # Only what was surely not taken is sent again: a refusal for now, or no connection at all.
    retry = Retry(
        total=RETRIES,
        read=0,
        other=0,
        status_forcelist=(429, 503),
        allowed_methods={"POST"},
        backoff_factor=PAUSE_S,
        respect_retry_after_header=True,
        raise_on_status=False,
    )
    try:
        with requests.Session() as session:
            session.mount(address[: address.index("/api/")], HTTPAdapter(max_retries=retry))
            answer = session.post(address, json=body, params={"wait": "true"}, timeout=TIMEOUT_S)
    except requests.RequestException as error:
        # Its own words would hold the address.
        raise RemoteError(
            f"Discord did not answer: {type(error).__name__}", fix="run the command again"
        ) from None
    if not answer.ok:
        raise RemoteError(
            f"Discord answered {answer.status_code}",
            fix="make the webhook anew and renew the secret DISCORD_WEBHOOK"
            if answer.status_code in (401, 403, 404)
            else "run the command again later",
        )


def _versioned(webhook: str) -> str:
    found = _ADDRESS.fullmatch(webhook.strip())
    if found is None:
        raise ConfigError(
            "DISCORD_WEBHOOK is no webhook of Discord's",
            fix="copy it from the channel: Edit Channel, Integrations, Webhooks, Copy Webhook URL",
        )
    return f"{found[1]}/api/v10/{found[2]}"
