"""Every request body and every answer held against GitHub's published schema.

The schema is githubkit's generated client: each operation is called for real with a transport that
sends nothing, which validates the body, tells the address it would have asked, and names the model
of its answer. So nothing here repeats what GitHub publishes, and the stand-in cannot drift from it.

githubkit's own `__init__` starts an HTTP client with a cache; only the schema is wanted, so the
package is entered without it. Models load when they are first used: about half a second for the
first operation, hundredths for each after that.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import re
import sys
import types
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

SCHEMA = "githubkit_schemas.v2026_03_10"
NOT_OF_GITHUB = frozenset({"page", "per_page"})


class ContractBroken(AssertionError):
    """Something that was said over the wire is not what GitHub's schema allows."""


@dataclass
class Operation:
    """What the schema says of one operation: also the transport that the client is given."""

    method: str = ""
    url: str = ""
    sent: Any = None
    answer: Any = None
    errors: dict[str, Any] = field(default_factory=dict)
    config: Any = field(default_factory=lambda: types.SimpleNamespace(rest_api_validate_body=True))

    def request(
        self,
        method: str,
        url: str,
        *,
        response_model: Any = None,
        error_models: dict[str, Any] | None = None,
        **sent: Any,
    ) -> None:
        """Take note of what the client would have sent."""
        self.method, self.url, self.sent = method, url, sent.get("json")
        self.answer, self.errors = response_model, error_models or {}


@cache
def _schema(module: str) -> Any:
    """A module of the schema."""
    if "githubkit" not in sys.modules:
        spec = importlib.util.find_spec("githubkit")
        if spec is None or spec.submodule_search_locations is None:
            raise ModuleNotFoundError("githubkit is not installed")
        bare = types.ModuleType("githubkit")
        bare.__path__ = list(spec.submodule_search_locations)
        bare.__spec__ = spec
        sys.modules["githubkit"] = bare
        for hook in ("alias_module", "lazy_module"):
            importlib.import_module(f"githubkit.module_hooks.{hook}").apply()
    return importlib.import_module(f"{SCHEMA}.{module}")


@cache
def _client(group: str) -> Any:
    module = _schema(f"rest.{group.replace('-', '_')}")
    return getattr(module, "".join(word.title() for word in group.split("-")) + "Client")


@cache
def _adapter(model: Any) -> TypeAdapter[Any]:
    return TypeAdapter(model)


def asked(name: str, args: list[Any], query: dict[str, str], body: Any, *, path: str) -> Operation:
    """The operation as the schema knows it, with the request held against it.

    Args:
        name: `issues/create-comment`.
        args: the values in the path, in order.
        path: the path as it was asked, decoded.

    Raises:
        ContractBroken: the body or a query parameter is not of the schema, or the path is not
            that of the operation.
    """
    group, _, word = name.partition("/")
    operation = Operation()
    client = _client(group)(operation)
    method = getattr(client, word.replace("-", "_"))
    known = inspect.signature(inspect.unwrap(method)).parameters
    # The generated client writes `filter_` where a name of Python's own is in the way.
    parameters = {key.rstrip("_") for key in known}
    unknown = query.keys() - parameters - NOT_OF_GITHUB
    if unknown:
        raise ContractBroken(f"{name}: unknown query parameters {sorted(unknown)}")
    try:
        if "data" in known:
            method(*args, data=body)
        else:
            method(*args)
    except ValidationError as error:
        raise ContractBroken(f"{name}: request: {_first(error)}") from error
    if operation.url != path.rstrip("/") and operation.url.rstrip("/") != path.rstrip("/"):
        raise ContractBroken(f"{name} is at {operation.url}, not at {path}")
    if "data" in known:
        strangers = sorted(_strangers(body, operation.sent))
        if strangers:
            raise ContractBroken(f"{name}: request: unknown {', '.join(strangers)}")
    return operation


def _strangers(sent: Any, kept: Any, at: str = "") -> set[str]:
    """The keys of a body that the schema does not know: validation has dropped them."""
    if isinstance(sent, dict) and isinstance(kept, dict):
        lost = {f"{at}{key}" for key in sent.keys() - kept.keys()}
        inner = (_strangers(sent[key], kept[key], f"{at}{key}.") for key in sent.keys() & kept)
        return lost.union(*inner)
    if isinstance(sent, list) and isinstance(kept, list):
        return set().union(*(_strangers(*pair, at) for pair in zip(sent, kept, strict=False)))
    return set()


def answered(name: str, operation: Operation, status: int, body: bytes) -> None:
    """Hold an answer against the operation's models.

    Raises:
        ContractBroken: it is not of the schema.
    """
    model = operation.answer if status < 400 else operation.errors.get(str(status))
    if model is None:
        if status < 300 and body and operation.answer is None and body != b"{}":
            raise ContractBroken(f"{name}: answers {status} with a body, and must not")
        return
    if not body:
        if status in (204, 404):
            return
        raise ContractBroken(f"{name}: answers {status} without a body")
    try:
        _adapter(model).validate_json(body, strict=True)
    except ValidationError as error:
        raise ContractBroken(f"{name}: answer {status}: {_first(error)}") from error


def event(event_name: str, payload: dict[str, Any]) -> None:
    """Hold an event's payload against the schema of webhooks.

    Raises:
        ContractBroken: it is not of the schema.
    """
    family = {"pull_request_target": "pull_request"}.get(event_name, event_name)
    words = [*family.split("_"), *str(payload.get("action", "")).split("_")]
    model = getattr(_schema("models"), "Webhook" + "".join(word.title() for word in words), None)
    if model is None:
        if event_name == "schedule":
            return  # GitHub publishes no schema of it
        raise ContractBroken(f"there is no event {event_name} {payload.get('action', '')}")
    try:
        _adapter(model).validate_json(json.dumps(payload), strict=True)
    except ValidationError as error:
        raise ContractBroken(f"event {event_name}: {_first(error)}") from error


def _first(error: ValidationError) -> str:
    found = [
        f"{'.'.join(map(str, one['loc']))}: {one['msg']}"
        for one in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    return re.sub(r"\s+", " ", "; ".join(found[:3]))
