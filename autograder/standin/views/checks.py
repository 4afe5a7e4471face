"""Check runs. Only an app may make them, which is what a job's token speaks for."""

from __future__ import annotations

from typing import Any

from autograder.standin import access, rules, shapes_work
from autograder.standin.refusal import Refused, not_found
from autograder.standin.routes import Answer, Call, route
from autograder.standin.shapes import Json, when
from autograder.standin.state import CheckRun

NEEDS = ["checks"]
MOST_ANNOTATIONS = 50
LONGEST_TEXT = 65_535


def _output(body: Json) -> dict[str, Any]:
    output: dict[str, Any] = body.get("output") or {}
    if len(output.get("annotations") or []) > MOST_ANNOTATIONS:
        raise Refused(
            422, f"Invalid request.\n\nNo more than {MOST_ANNOTATIONS} items are allowed."
        )
    for word in ("summary", "text"):
        if len(output.get(word) or "") > LONGEST_TEXT:
            raise Refused(
                422, f"Invalid request.\n\nOnly {LONGEST_TEXT} characters are allowed: {word}"
            )
    return output


def _put(call: Call, run: CheckRun) -> None:
    body = dict(call.body)
    output = _output(body)
    run.annotations += output.get("annotations") or []  # each request adds to those before
    said = {word: output[word] for word in ("title", "summary", "text") if word in output}
    told = {word: body[word] for word in body if word not in ("output", "head_sha", "actions")}
    before = run.raw.get("output") or {}
    run.raw = {**run.raw, **told, "output": {**before, **said}}
    run.name = body.get("name", run.name)
    run.status = body.get("status", run.status)
    if body.get("conclusion"):
        run.conclusion, run.status = body["conclusion"], "completed"
        run.raw.setdefault("completed_at", when(call.state.now()))
    if run.status == "completed" and run.conclusion is None:
        raise Refused(422, 'Invalid request.\n\n"conclusion" wasn\'t supplied.')


@route("POST", "check-runs", "checks/create", NEEDS, role=access.APP_ONLY)
def create(call: Call) -> Answer:
    """A new check run, of any commit that the repository's network knows."""
    repository, sha = call.repository, call.body["head_sha"]
    if not repository.store.has(sha, "commit"):
        raise Refused(422, f"No commit found for SHA: {sha}")
    state = call.state
    suites = {run.suite for run in repository.checks.values() if run.head_sha == sha}
    suite = suites.pop() if suites else state.next_id()
    run = CheckRun(state.next_id(), suite, sha, call.body["name"], state.now())
    _put(call, run)
    repository.checks[run.id] = run
    return Answer(shapes_work.check_run(call.shapes, repository, run), 201)


def _run(call: Call) -> CheckRun:
    number = call.args["check_run_id"]
    if number not in call.repository.checks:
        raise not_found()
    return call.repository.checks[number]


@route("GET", "check-runs/<int:check_run_id>", "checks/get", NEEDS)
def get(call: Call) -> Answer:
    """One check run."""
    return Answer(shapes_work.check_run(call.shapes, call.repository, _run(call)))


@route("PATCH", "check-runs/<int:check_run_id>", "checks/update", NEEDS, role=access.APP_ONLY)
def update(call: Call) -> Answer:
    """Change a check run; annotations are added to those there are."""
    run = _run(call)
    _put(call, run)
    return Answer(shapes_work.check_run(call.shapes, call.repository, run))


@route("GET", "check-runs/<int:check_run_id>/annotations", "checks/list-annotations", NEEDS)
def listed_annotations(call: Call) -> Answer:
    """The annotations of a check run."""
    run = _run(call)
    page = f"{call.shapes.page_url(call.repository)}/blob/{run.head_sha}"
    keys = ("start_column", "end_column", "title", "raw_details")
    return call.page(
        run.annotations,
        lambda one: {
            **{key: one.get(key) for key in keys},
            **{key: one[key] for key in ("path", "start_line", "end_line", "message")},
            "annotation_level": one["annotation_level"],
            "blob_href": f"{page}/{one['path']}",
        },
    )


@route("GET", "commits/<path:ref>/check-runs", "checks/list-for-ref", NEEDS)
def for_ref(call: Call) -> Answer:
    """The check runs of a commit: of each name the latest, unless `filter` is `all`."""
    repository, query = call.repository, call.query
    sha = rules.resolve(repository, call.args["ref"])
    runs = [run for _, run in sorted(repository.checks.items()) if run.head_sha == sha]
    if query.get("filter", "latest") == "latest":
        runs = list({run.name: run for run in runs}.values())
    runs = [
        run
        for run in runs[::-1]
        if query.get("check_name", run.name) == run.name
        and query.get("status", run.status) == run.status
    ]
    return call.page(
        runs, lambda run: shapes_work.check_run(call.shapes, repository, run), "check_runs"
    )
