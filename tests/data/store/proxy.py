"""An HTTP server that stands before the S3 server: it counts, fails when told, and checks hashes.

The S3 server stores what it is sent; real S3 compares it with the checksum in the header first,
and refuses. That comparison is made here.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request: `PUT`, `data/games/…/current.json`, and the query behind `?`."""

    method: str
    path: str
    query: str
    signed: bool
    copy: bool

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class Fault:
    """What happens to a request.

    Attributes:
        kind: `answer` (this status instead), `drop` (done, but nobody hears of it), `hang_up`
            (not even done), `stall` (no answer for longer than anybody waits), `cut` (half the
            answer's body), `corrupt` (another byte in the answer), `corrupt_up` (on the way in).
    """

    kind: str
    status: int = 0
    code: str = ""
    headers: tuple[tuple[str, str], ...] = ()


Plan = Callable[[int, Asked], Fault | None]


class Proxy(ThreadingHTTPServer):
    """Passes requests on.

    Attributes:
        asked: every request in the order of arrival.
        plan: told the number of a request (from 0) and the request; the fault it meets.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, behind: str) -> None:
        super().__init__(("127.0.0.1", 0), _Pass)
        self.behind = urlsplit(behind).netloc
        self.released = threading.Event()
        self._lock = threading.Lock()
        self.asked: list[Asked] = []
        self.plan: Plan = _fine

    @property
    def address(self) -> str:
        """What `AWS_ENDPOINT_URL` is to be."""
        return f"http://127.0.0.1:{self.server_port}"

    def reset(self) -> None:
        """Forget requests and faults."""
        with self._lock:
            self.asked, self.plan = [], _fine

    def count(self, method: str, name: str = "") -> int:
        """How often something was asked."""
        return sum(each.method == method and name in each.path for each in self.asked)

    def next(self, asked: Asked) -> Fault | None:
        """Note a request; the fault that it meets."""
        with self._lock:
            number, plan = len(self.asked), self.plan
            self.asked.append(asked)
        return plan(number, asked)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed is no news."""


def _fine(_number: int, _asked: Asked) -> Fault | None:
    return None


def always(fault: Fault) -> Plan:
    """Every request meets the fault."""
    return lambda _number, _asked: fault


def first_tries(fault: Fault) -> Plan:
    """Whatever is asked meets the fault once; asked again, it is answered."""
    seen: set[tuple[str, str, str]] = set()

    def plan(_number: int, asked: Asked) -> Fault | None:
        key = (asked.method, asked.path, asked.query)
        if key in seen:
            return None
        seen.add(key)
        return fault

    return plan


def since(number: int, fault: Fault) -> Plan:
    """The request of this number and all after it meet the fault."""
    return lambda here, _asked: fault if here >= number else None


@dataclass
class _Answer:
    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


class _Pass(BaseHTTPRequestHandler):
    server: Proxy
    protocol_version = "HTTP/1.1"  # the client waits for 100 Continue before it sends a body

    def _pass_on(self) -> None:
        path, _, query = self.path.partition("?")
        signed, copy = "Authorization" in self.headers, "x-amz-copy-source" in self.headers
        asked = Asked(self.command, unquote(path).lstrip("/"), query, signed, copy)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.server.next(asked) or Fault("")
        if fault.kind == "stall":
            self.server.released.wait(60)
        if fault.kind in ("hang_up", "stall"):
            self.close_connection = True
            return
        if fault.kind == "corrupt_up" and body:
            body = _flipped(body)
        answer = self._refused(fault, body) or self._forwarded(body)
        if fault.kind == "drop":
            self.close_connection = True
            return
        self._answer(answer, fault)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass_on

    def _refused(self, fault: Fault, body: bytes) -> _Answer | None:
        if fault.kind == "answer":
            said = f"<Error><Code>{fault.code}</Code><Message>made up</Message></Error>"
            return _Answer(fault.status, list(fault.headers), said.encode())
        told = self.headers.get("x-amz-checksum-sha256")
        if told and base64.b64encode(hashlib.sha256(body).digest()).decode() != told:
            return _Answer(400, body=b"<Error><Code>BadDigest</Code></Error>")
        return None

    def _forwarded(self, body: bytes) -> _Answer:
        connection = HTTPConnection(self.server.behind, timeout=30)
        with contextlib.closing(connection):
            headers = {k: v for k, v in self.headers.items() if k.lower() != "expect"}
            connection.request(self.command, self.path, body, headers)
            got = connection.getresponse()
            return _Answer(got.status, got.getheaders(), got.read())

    def _answer(self, answer: _Answer, fault: Fault) -> None:
        body = answer.body
        if fault.kind == "corrupt" and body:
            body = _flipped(body)
        self.send_response(answer.status)
        length = str(len(body))
        for name, value in answer.headers:
            if name.lower() == "content-length" and self.command == "HEAD":
                length = value
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", length)
        self.end_headers()
        if self.command == "HEAD":
            return
        if fault.kind == "cut":
            body = body[: len(body) // 2]
            self.close_connection = True
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


def _flipped(body: bytes) -> bytes:
    middle = len(body) // 2
    return body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]
