"""Accounts, and the rate limit."""

from __future__ import annotations

from autograder.standin.refusal import Refused, not_found
from autograder.standin.routes import Answer, Call, route

ONE_RATE = {"limit": 5000, "used": 0, "remaining": 5000}


@route("GET", "/user", "users/get-authenticated")
def me(call: Call) -> Answer:
    """The account that asks; a job's token has none."""
    user = call.user
    if call.actor.token is not None and call.actor.token.permissions is not None:
        raise Refused(403, "Resource not accessible by integration")
    numbers = (
        "private_gists",
        "total_private_repos",
        "owned_private_repos",
        "disk_usage",
        "collaborators",
    )
    more = {**dict.fromkeys(numbers, 0), "two_factor_authentication": True}
    return Answer({**call.shapes.account(user), **more})


@route("GET", "/users/<login>", "users/get-by-username")
def by_login(call: Call) -> Answer:
    """An account by its present login."""
    return Answer(call.shapes.account(call.state.user_named(call.args["login"])))


@route("GET", "/user/<int:account_id>", "users/get-by-id")
def by_number(call: Call) -> Answer:
    """An account by its number, whatever it is called now."""
    number = call.args["account_id"]
    if number not in call.state.users:
        raise not_found()
    return Answer(call.shapes.account(call.state.users[number]))


@route("GET", "/rate_limit", "rate-limit/get")
def rate_limit(call: Call) -> Answer:
    """How much may still be asked: always all of it."""
    rate = {**ONE_RATE, "reset": int(call.state.now().timestamp()) + 3600}
    return Answer({"resources": {"core": rate, "search": rate}, "rate": rate})
