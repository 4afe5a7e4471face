"""Discord through a webhook: once, without mentions, patiently, and never showing the address."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from autograder.errors import ConfigError, RemoteError
from autograder.publish import discord


@dataclass
class Channel:
    """What a stand-in for Discord was sent, and what it is to answer first."""

    address: str = ""
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    bodies: list[dict[str, object]] = field(default_factory=list)


@pytest.fixture
def channel() -> Iterator[Channel]:
    kept = Channel()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            kept.paths.append(self.path)
            kept.bodies.append(json.loads(self.rfile.read(length)))
            status, headers = kept.answers.pop(0) if kept.answers else (200, {})
            if status == 0:
                self.connection.close()
                return
            self.send_response(status)
            for name, value in {"Content-Length": "2", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    kept.address = f"http://127.0.0.1:{server.server_port}/api/webhooks/12/secret-word_x"
    yield kept
    server.shutdown()
    server.server_close()
    thread.join()


def test_one_message_that_mentions_nobody(channel: Channel) -> None:
    discord.post(channel.address + "\n", "x" * 3000)
    assert channel.paths == ["/api/v10/webhooks/12/secret-word_x?wait=true"]
    (body,) = channel.bodies
    assert body["allowed_mentions"] == {"parse": []}
    assert body["content"] == "x" * 2000


def test_a_limit_is_waited_for(channel: Channel) -> None:
    channel.answers = [(429, {"Retry-After": "0"}), (429, {"Retry-After": "0"})]
    discord.post(channel.address, "hello")
    assert len(channel.bodies) == 3


@pytest.mark.parametrize("status", [0, 500, 502])
def test_what_may_have_been_shown_is_not_sent_twice(channel: Channel, status: int) -> None:
    channel.answers = [(status, {})]
    with pytest.raises(RemoteError) as caught:
        discord.post(channel.address, "hello")
    assert len(channel.bodies) == 1
    assert "secret-word" not in str(caught.value)


def test_a_webhook_that_is_gone_is_told_without_its_address(channel: Channel) -> None:
    channel.answers = [(404, {})]
    with pytest.raises(RemoteError, match="make the webhook anew") as caught:
        discord.post(channel.address, "hello")
    assert "secret-word" not in str(caught.value)


def test_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discord, "PAUSE_S", 0.0)
    with pytest.raises(RemoteError) as caught:
        discord.post("http://127.0.0.1:9/api/webhooks/1/secret-word", "hello")
    assert "secret-word" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://example.org/api/webhooks/1/x",
        "http://discord.com/api/webhooks/1/secret-word",
        "https://discord.com.example.org/api/webhooks/1/secret-word",
        "https://discord.com/api/webhooks/1/x@example.org",
        "https://discord.com/api/webhooks/1/../../x",
    ],
)
def test_another_address_is_refused(address: str) -> None:
    with pytest.raises(ConfigError) as caught:
        discord.post(address, "hello")
    assert "secret-word" not in str(caught.value)


def test_addresses_as_discord_gives_them() -> None:
    for prefix in ("https://discord.com", "https://ptb.discord.com", "https://discordapp.com"):
        for version in ("", "v9/"):
            found = discord._versioned(f"{prefix}/api/{version}webhooks/1/a-b_c")
            assert found == f"{prefix}/api/v10/webhooks/1/a-b_c"
