"""Runs the jobs of a workflow from its YAML: the `run:` steps for real, the actions as copies.

A test gives it a checkout and an event, and gets what a runner of GitHub's would have made of them:
which steps ran, how they ended, what they said. Checkout, caches and Pages do nothing here;
artifacts are folders. Anything that this runner does not know is an error.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.workflows.expressions import evaluate, fill, functions, mentions_status, string, truthy

Token = Callable[[Mapping[str, str]], str]
"""Gives the token of a job with these permissions (`{"contents": "read"}`)."""


@dataclass
class Scene:
    """Where and why a workflow runs.

    Attributes:
        checkout: the working tree, in which steps run. What a job adds at its top is removed after
            the job: the next one has a machine of its own.
        scratch: an empty folder for what the runner keeps: artifacts, the event, outputs.
        event: the payload.
        environment: for every step, beside what GitHub sets; PATH is kept.
        branches: folders that `actions/checkout` copies for `ref:`; another ref fails.
    """

    checkout: Path
    scratch: Path
    event_name: str
    event: Mapping[str, Any]
    repository: str = "garam-example/cohort"
    environment: Mapping[str, str] = field(default_factory=dict)
    token: Token = lambda _permissions: "token-of-nobody"
    api: str = "https://api.github.com"
    run_id: int = 4711
    run_attempt: int = 1
    secrets: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    branches: Mapping[str, Path] = field(default_factory=dict)

    @property
    def artifacts(self) -> Path:
        """One folder for each artifact."""
        return self.scratch / "artifacts"


@dataclass(frozen=True)
class Step:
    """How one step ended; `conclusion` forgives a failure where the YAML says so."""

    name: str
    outcome: str
    conclusion: str
    outputs: Mapping[str, str]
    said: str = ""
    code: int | None = None


@dataclass(frozen=True)
class Job:
    """How one job ended."""

    name: str
    result: str
    outputs: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    concurrency: str = ""

    def step(self, name: str) -> Step:
        """The step of this name."""
        return next(step for step in self.steps if step.name == name)


def load(path: Path) -> dict[str, Any]:
    """A workflow's YAML; its key `on` is read as the text that it is."""
    tree: dict[Any, Any] = yaml.safe_load(path.read_text("utf-8"))
    return {("on" if key is True else key): value for key, value in tree.items()}


def run_workflow(path: Path, scene: Scene) -> dict[str, Job]:
    """Run all jobs in the order of their needs; of a matrix, `job (value)` for each."""
    workflow = load(path)
    done: dict[str, Job] = {}
    for name in _order(workflow["jobs"]):
        job = workflow["jobs"][name]
        needs = {each: done[each] for each in _list(job.get("needs"))}
        parts = []
        for row in _matrix(job, scene):
            before = set(scene.checkout.iterdir())
            parts.append(run_job(workflow, name, scene, needs, row))
            _clear(set(scene.checkout.iterdir()) - before)
        if len(parts) > 1:
            done |= {f"{name} ({index})": part for index, part in enumerate(parts, start=1)}
        worst = max(parts, key=lambda part: part.result == "failure")
        done[name] = worst
    return done


def _clear(left: set[Path]) -> None:
    """Remove what a job left: the next one starts on a machine of its own, but for the cache."""
    for path in left:
        if path.name == ".pioneers":
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def run_job(
    workflow: Mapping[str, Any],
    name: str,
    scene: Scene,
    needs: Mapping[str, Job],
    matrix: Mapping[str, Any] | None = None,
) -> Job:
    """Run one job, unless its `if:` says otherwise."""
    job = workflow["jobs"][name]
    permissions = job.get("permissions", workflow.get("permissions", {}))
    contexts: dict[str, Any] = {
        "github": _github(scene, scene.token(permissions)),
        "needs": {
            key: {"result": each.result, "outputs": dict(each.outputs)}
            for key, each in needs.items()
        },
        "vars": dict(scene.variables),
        "secrets": dict(scene.secrets),
        "inputs": dict(scene.inputs),
        "matrix": dict(matrix or {}),
        "runner": {"os": "Linux"},
        "steps": {},
        "env": {},
    }
    well = all(each.result == "success" for each in needs.values())
    known = functions(scene.checkout, _status(well))
    group = string(fill(job.get("concurrency", {}).get("group", ""), contexts, known))
    if not _wanted(job.get("if"), well, contexts, known):
        return Job(name, "skipped", concurrency=group)
    environment = {**_texts(workflow.get("env", {})), **_texts(job.get("env", {}))}
    contexts["env"] = fill(environment, contexts, known)
    steps: list[Step] = []
    for number, raw in enumerate(job["steps"]):
        ended = _step(raw, number, scene, contexts, _went_well(steps))
        steps.append(ended)
        if "id" in raw:
            contexts["steps"][raw["id"]] = {
                "outputs": dict(ended.outputs),
                "outcome": ended.outcome,
                "conclusion": ended.conclusion,
            }
    known = functions(scene.checkout, _status(_went_well(steps)))
    outputs = {key: string(fill(value, contexts, known)) for key, value in _outputs(job)}
    result = "success" if _went_well(steps) else "failure"
    return Job(name, result, outputs, tuple(steps), group)


def _outputs(job: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from job.get("outputs", {}).items()


def _went_well(steps: list[Step]) -> bool:
    return all(step.conclusion != "failure" for step in steps)


def _status(well: bool) -> dict[str, bool]:
    return {"success": well, "failure": not well, "always": True, "cancelled": False}


def _wanted(condition: Any, well: bool, contexts: Mapping[str, Any], known: Any) -> bool:
    if condition is None:
        return well
    text = str(condition).strip()
    if text.startswith("${{") and text.endswith("}}"):
        text = text[3:-2]
    asked = truthy(evaluate(text, contexts, known))
    return asked and (well or mentions_status(text))


def _step(
    raw: Mapping[str, Any], number: int, scene: Scene, contexts: Mapping[str, Any], well: bool
) -> Step:
    name = str(raw.get("name") or raw.get("uses", raw.get("run", "")).partition("@")[0])
    known = functions(scene.checkout, _status(well))
    if not _wanted(raw.get("if"), well, contexts, known):
        return Step(name, "skipped", "skipped", {})
    if "uses" in raw:
        action = str(raw["uses"]).partition("@")[0]
        if action not in ACTIONS:
            raise LookupError(f"{name}: no action {action} here")
        given = fill(raw.get("with", {}), contexts, known)
        try:
            outcome, outputs, said, code = "success", ACTIONS[action](scene, given), "", None
        except FileNotFoundError as error:
            outcome, outputs, said, code = "failure", {}, str(error), 1
    else:
        if "${{" in raw["run"]:
            raise ValueError(f"{name}: an expression inside run")
        environment = fill({**contexts["env"], **_texts(raw.get("env", {}))}, contexts, known)
        minutes = raw.get("timeout-minutes", 60)
        code, said, outputs = _shell(raw["run"], number, scene, contexts, environment, minutes)
        outcome = "success" if code == 0 else "failure"
    forgiven = outcome == "failure" and raw.get("continue-on-error") is True
    return Step(name, outcome, "success" if forgiven else outcome, outputs, said, code)


def _shell(
    script: str,
    number: int,
    scene: Scene,
    contexts: Mapping[str, Any],
    environment: Mapping[str, Any],
    minutes: float,
) -> tuple[int, str, dict[str, str]]:
    """Run a script as GitHub does by default: `bash -e`."""
    about = contexts["github"]
    kept = scene.scratch / f"step-{number}-{len(list(scene.scratch.iterdir()))}"
    kept.mkdir()
    (kept / "script").write_text(script, "utf-8")
    event = kept / "event.json"
    event.write_text(json.dumps(scene.event), "utf-8")
    (kept / "output").touch()
    (kept / "summary").touch()
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", str(scene.scratch)),
        "LANG": "C.UTF-8",
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_EVENT_NAME": scene.event_name,
        "GITHUB_REPOSITORY": scene.repository,
        "GITHUB_API_URL": scene.api,
        "GITHUB_SERVER_URL": about["server_url"],
        "GITHUB_RUN_ID": str(scene.run_id),
        "GITHUB_RUN_ATTEMPT": str(scene.run_attempt),
        "GITHUB_WORKSPACE": str(scene.checkout),
        "GITHUB_OUTPUT": str(kept / "output"),
        "GITHUB_STEP_SUMMARY": str(kept / "summary"),
        **scene.environment,
        **{key: string(value) for key, value in environment.items()},
    }
    done = subprocess.run(
        ["bash", "-e", str(kept / "script")],
        cwd=scene.checkout, env=variables, timeout=minutes * 60, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, errors="replace",
    )  # fmt: skip
    lines = (kept / "output").read_text("utf-8").splitlines()
    outputs = dict(line.split("=", 1) for line in lines if "=" in line)
    return done.returncode, done.stdout, outputs


def _github(scene: Scene, token: str) -> dict[str, Any]:
    return {
        "event": scene.event,
        "event_name": scene.event_name,
        "repository": scene.repository,
        "run_id": float(scene.run_id),
        "run_attempt": float(scene.run_attempt),
        "server_url": "https://github.com",
        "ref_name": "main",
        "token": token,
    }


def _order(jobs: Mapping[str, Any]) -> list[str]:
    left, order = dict(jobs), []
    while left:
        ready = [name for name, job in left.items() if set(_list(job.get("needs"))) <= set(order)]
        if not ready:
            raise ValueError("jobs need each other in a circle")
        order += ready
        for name in ready:
            del left[name]
    return order


def _matrix(job: Mapping[str, Any], scene: Scene) -> list[dict[str, Any]]:
    contexts = {"inputs": dict(scene.inputs), "github": _github(scene, "")}
    raw = job.get("strategy", {}).get("matrix", {})
    filled = fill(raw, contexts, functions(scene.checkout, _status(True)))
    included = filled.pop("include", [])
    rows = [dict(zip(filled, row, strict=True)) for row in itertools.product(*filled.values())]
    return included or rows


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


def _texts(values: Mapping[str, Any]) -> dict[str, Any]:
    return dict(values)


# ---------------------------------------------------------------- actions

Given = Mapping[str, Any]


def _checkout(scene: Scene, given: Given) -> dict[str, str]:
    if given.get("persist-credentials") is not False or "repository" in given:
        raise ValueError("a checkout of something else, or one that leaves a token behind")
    if "path" in given:
        source = scene.branches.get(str(given["ref"]))
        if source is None:
            raise FileNotFoundError(f"no branch {given['ref']}")
        shutil.copytree(source, scene.checkout / str(given["path"]))
    elif "ref" in given:
        raise ValueError("only the event's own base is checked out")
    return {}


def _setup_python(_scene: Scene, _given: Given) -> dict[str, str]:
    return {"python-version": "{}.{}.{}".format(*sys.version_info[:3])}


def _cache(_scene: Scene, given: Given) -> dict[str, str]:
    """Never a hit: what is there is there."""
    return {"cache-hit": "", "cache-primary-key": str(given["key"])}


def _upload(scene: Scene, given: Given) -> dict[str, str]:
    patterns = str(given["path"]).split()
    wanted = _matching(scene.checkout, [each for each in patterns if not each.startswith("!")])
    refused = _matching(scene.checkout, [each[1:] for each in patterns if each.startswith("!")])
    files = sorted(wanted - refused)
    if not files:
        if given.get("if-no-files-found") != "ignore":
            raise FileNotFoundError(f"no files for the artifact {given['name']}")
        return {}
    target = scene.artifacts / str(given["name"])
    if target.exists() and given.get("overwrite") is not True:
        raise FileExistsError(f"an artifact {given['name']} is there already")
    shutil.rmtree(target, ignore_errors=True)
    # What lies above the first sign of a pattern is cut off.
    above = scene.checkout / Path(patterns[0].partition("*")[0] + "x").parent
    base = scene.checkout / patterns[0] if (scene.checkout / patterns[0]).is_dir() else above
    for file in files:
        place = target / file.relative_to(base)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)
    number = sum(1 for _ in scene.artifacts.iterdir())
    page = f"https://github.com/{scene.repository}/actions/runs/{scene.run_id}"
    return {"artifact-id": str(number), "artifact-url": f"{page}/artifacts/{number}"}


def _matching(root: Path, patterns: list[str]) -> set[Path]:
    found: set[Path] = set()
    for pattern in patterns:
        for path in root.glob(pattern.rstrip("/")):
            below = path.rglob("*") if path.is_dir() else [path]
            found |= {each for each in below if each.is_file() and not each.is_symlink()}
    hidden = {each for each in found if "/." in f"/{each.relative_to(root)}"}
    return found - hidden


def _download(scene: Scene, given: Given) -> dict[str, str]:
    target = scene.checkout / str(given.get("path", "."))
    if "name" in given:
        source = scene.artifacts / str(given["name"])
        if not source.is_dir():
            raise FileNotFoundError(f"no artifact {given['name']}")
        shutil.copytree(source, target, dirs_exist_ok=True)
        return {}
    target.mkdir(parents=True, exist_ok=True)
    for source in sorted(scene.artifacts.glob(str(given["pattern"]))):
        inner = target if given.get("merge-multiple") is True else target / source.name
        shutil.copytree(source, inner, dirs_exist_ok=True)
    return {}


def _pages(scene: Scene, _given: Given) -> dict[str, str]:
    owner, name = scene.repository.split("/")
    address = f"https://{owner}.github.io/{name}"
    return {"base_url": address, "page_url": address + "/"}


def _upload_pages(scene: Scene, given: Given) -> dict[str, str]:
    return _upload(scene, {"name": "github-pages", "path": given["path"]})


ACTIONS: Mapping[str, Callable[[Scene, Given], dict[str, str]]] = {
    "actions/checkout": _checkout,
    "actions/setup-python": _setup_python,
    "actions/cache/restore": _cache,
    "actions/cache/save": _cache,
    "actions/upload-artifact": _upload,
    "actions/download-artifact": _download,
    "actions/configure-pages": _pages,
    "actions/upload-pages-artifact": _upload_pages,
    "actions/deploy-pages": _pages,
}
