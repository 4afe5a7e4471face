"""The server, and `StandIn`, which is the whole: state, faults, contract, and what was asked.

One request is: met by a fault, or not; understood (endpoint, token, rights, body against the
schema); carried out under the lock; and its answer held against the schema before it leaves.
"""

from __future__ import annotations

import copy
import functools
import re
import socket
import sys
import threading
import traceback
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from autograder.standin import access, contract, faults, payloads
from autograder.standin.acting import Acting
from autograder.standin.faults import Fault, Faults, Planned
from autograder.standin.refusal import Refused, not_found
from autograder.standin.routes import Answer, Call, Route
from autograder.standin.shapes import Json, Shapes
from autograder.standin.state import State
from autograder.standin.views import ROUTES
from autograder.standin.wire import Seen, from_json, parsed, refusal, to_bytes

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HOST = "127.0.0.1"
LONGEST_HOLD_S = 600
POLL_S = 0.02  # how long leaving the block may take


@functools.cache
def _addresses() -> Map:
    """What werkzeug makes of the endpoints, which takes a while; the same for every server."""
    rules = [Rule(one.path, endpoint=one, methods=[one.method]) for one in ROUTES]
    return Map(rules, strict_slashes=False, merge_slashes=False)


class _Dropped(ConnectionError):
    """The connection goes without an answer; werkzeug takes it as gone."""


class _Quiet(WSGIRequestHandler):
    """A handler that prints nothing."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: `StandIn.requests` is the log."""


class StandIn(Acting):
    """A GitHub that listens on loopback while the `with` block lasts.

    Attributes:
        url: address of the API and of the site, without a slash at its end.
        requests: what was asked, in the order of the answers.
        violations: what was said against GitHub's schema; must be empty at the end.
    """

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[Seen] = []
        self.violations: list[str] = []
        self.faults = Faults()
        self._older: list[State] = []
        self._released = threading.Event()
        self._server = make_server(HOST, 0, self._application, True, 1, _Quiet)
        self.url = f"http://{HOST}:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=[POLL_S], daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        if self.violations and error is None:
            raise contract.ContractBroken("; ".join(self.violations))

    # ---------------------------------------------------------------- faults, events

    def fail(
        self,
        method: str,
        path: str,
        fault: Fault,
        times: int = 1,
        *,
        after: bool = False,
        skip: int = 0,
        wait_s: int = 0,
        writes: int = 1,
    ) -> None:
        """Plan a fault for requests of a method (`*` is any) whose path matches a pattern.

        Args:
            after: the request is carried out, and then its answer is lost or replaced.
            skip: so many matching requests pass first.
            wait_s: what `Retry-After` or `X-RateLimit-Reset` promises.
            writes: how many writes a stale answer lags behind; counted from now on.

        Raises:
            ValueError: there is no fault of that name.
        """
        if fault == "stale" and not self.faults.any_stale():
            self._older.clear()
        told = Planned(method, re.compile(path), fault, times, after, skip, wait_s, writes)
        self.faults.add(told)

    def release(self) -> None:
        """Let go of the connections that a timeout holds."""
        self._released.set()
        self._released = threading.Event()

    def payload(self, event: str, action: str = "", number: int = 0, **told: Any) -> Json:
        """What GitHub Actions would be started with; see `payloads.make`.

        Raises:
            ContractBroken: it is not of GitHub's schema.
        """
        with self.lock:
            home = self.repository(told.pop("repository", None))
            made = payloads.make(Shapes(self.state, self.url), home, event, action, number, **told)
        contract.event(event, made)
        return made

    # ---------------------------------------------------------------- one request

    def _application(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        request = Request(environ)
        planned = self.faults.take(request.method, request.path)
        login, status, body = "", 0, b""
        raw = request.get_data()
        try:
            if planned and planned.fault != "stale" and not planned.after:
                answer = self._broken(planned)
            else:
                login, answer = self._carried_out(request, raw, planned)
                if planned and planned.fault != "stale":
                    answer = self._broken(planned)
            status, body = answer.status, to_bytes(answer)
        finally:
            told = from_json(raw)
            seen = Seen(
                request.method,
                request.path,
                request.args.to_dict(),
                told,
                login,
                status,
                planned.fault if planned else "",
            )
            with self.lock:
                self.requests.append(seen)
            if isinstance(sys.exception(), _Dropped):
                # Only now: whoever is dropped asks again at once, and the log keeps the order.
                environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        kind = "application/octet-stream" if isinstance(answer.body, bytes) else "application/json"
        headers = {
            "X-GitHub-Api-Version-Selected": "2022-11-28",
            "X-RateLimit-Limit": "5000",
            "X-RateLimit-Remaining": "4999",
            **answer.headers,
        }
        response = Response(body, status, headers, content_type=f"{kind}; charset=utf-8")
        return response(environ, start_response)

    def _broken(self, planned: Planned) -> Answer:
        if planned.fault == "timeout":
            self._released.wait(LONGEST_HOLD_S)
        if planned.fault in ("timeout", "drop"):
            raise _Dropped
        return faults.answer(planned, int(self.state.now().timestamp()))

    def _carried_out(
        self, request: Request, raw: bytes, planned: Planned | None
    ) -> tuple[str, Answer]:
        login = ""
        operation = None
        route: Route | None = None
        try:
            route, args = self._matched(request)
            with self.lock:
                state = self._state_for(request.method, planned)
                who = access.actor(state, request.headers.get("Authorization", ""))
                login = who.user.login if who.user else ""
                home = None
                if "repo" in args:
                    home = state.repository(args["owner"], args["repo"])
                if home is not None and route.needs is not None:
                    access.check(who, home, route.needs)
            body = parsed(raw)
            query = request.args.to_dict()
            operation = contract.asked(
                route.operation, list(args.values()), query, body, path=request.path
            )
            with self.lock:
                if request.method != "GET" and self.faults.any_stale():
                    self._older.append(copy.deepcopy(self.state))
                call = Call(
                    state,
                    Shapes(state, self.url),
                    who,
                    request.path,
                    args,
                    query,
                    {} if body is None else body,
                    request.headers.get("Accept", ""),
                    home,
                )
                answer = route.handler(call)
        except Refused as refused:
            answer = refusal(refused)
        except contract.ContractBroken as broken:
            self._note(str(broken))
            answer = refusal(Refused(422, f"Invalid request.\n\n{broken}"))
        except HTTPException:
            self._note(f"there is no endpoint {request.method} {request.path}")
            answer = refusal(not_found())
        except Exception:  # noqa: BLE001 - a fault of the stand-in's is told, never lost
            self._note(f"{request.method} {request.path}: {traceback.format_exc()}")
            answer = Answer({"message": "Server Error"}, 500)
        if route is not None and operation is not None:
            answer = self._held_to_contract(route, operation, answer)
        return login, answer

    def _matched(self, request: Request) -> tuple[Route, dict[str, Any]]:
        route, args = _addresses().bind(HOST).match(request.path, request.method)
        return route, {**args, **route.fixed}

    def _state_for(self, method: str, planned: Planned | None) -> State:
        """The state that is answered from: an older one where a stale answer is planned."""
        if method == "GET" and planned and planned.fault == "stale" and self._older:
            return self._older[-min(planned.writes, len(self._older))]
        return self.state

    def _held_to_contract(
        self, route: Route, operation: contract.Operation, answer: Answer
    ) -> Answer:
        if isinstance(answer.body, bytes):
            return answer  # raw bytes have no schema
        try:
            contract.answered(route.operation, operation, answer.status, to_bytes(answer))
        except contract.ContractBroken as broken:
            self._note(str(broken))
            return Answer({"message": f"the stand-in broke the contract: {broken}"}, 500)
        return answer

    def _note(self, violation: str) -> None:
        with self.lock:
            self.violations.append(violation)
