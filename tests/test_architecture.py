"""The import rules of the package, read from its syntax: who may know whom.

Imports inside functions count as well. The checker itself is tested on small made-up trees, so
that a rule which no longer matches anything does not pass for a rule that is kept.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "autograder"
MOST_LINES = 350


@dataclass(frozen=True)
class Import:
    """One import of a module of the package by another; both as dotted names without it."""

    importer: str
    imported: str
    line: int


def module_name(path: Path, package: Path) -> str:
    """`capture/worker/__init__.py` is `capture.worker`; the package itself is an empty name."""
    parts = path.relative_to(package).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def absolute(node: ast.ImportFrom, importer: str, is_package: bool) -> str:
    """The full dotted name that `from … import` starts at."""
    if not node.level:
        return node.module or ""
    here = [PACKAGE, *filter(None, importer.split("."))]
    climbed = here[: len(here) - node.level + (1 if is_package else 0)]
    return ".".join([*climbed, *filter(None, [node.module])])


def imports(package: Path) -> Iterator[Import]:
    """Every import inside the package, wherever in a module it stands.

    `from autograder import models` is an import of `models`, and `from autograder.models import
    Report` one of `models.Report`, which every rule below treats as `models`.
    """
    for path in sorted(package.rglob("*.py")):
        importer = module_name(path, package)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                start = absolute(node, importer, path.name == "__init__.py")
                names = [f"{start}.{alias.name}" for alias in node.names]
            else:
                continue
            for name in names:
                root, _, rest = name.partition(".")
                if root == PACKAGE:
                    yield Import(importer, rest, node.lineno)


def inside(name: str, *rooms: str) -> bool:
    """True if a module is one of these rooms or in one of them."""
    return any(name == room or name.startswith(room + ".") for room in rooms)


def from_room(room: str, allowed: Callable[[str], bool]) -> Callable[[Import], bool]:
    """A rule: modules in `room` import only what is allowed."""
    return lambda found: not inside(found.importer, room) or allowed(found.imported)


RULES: dict[str, Callable[[Import], bool]] = {
    "models import nothing of the package": from_room("models", lambda _: False),
    "errors import nothing of the package": from_room("errors", lambda _: False),
    "grade never imports capture": from_room("grade", lambda name: not inside(name, "capture")),
    "publish consumes reports only": from_room(
        "publish", lambda name: inside(name, "publish", "models", "report", "errors", "text")
    ),
    "the ledger knows no stage of grading": from_room(
        "ledger",
        lambda name: inside(name, "ledger", "models", "report", "errors", "hub", "paths", "s3"),
    ),
    "a pull request is graded through the pipeline alone": from_room(
        "pull", lambda name: not inside(name, "capture", "grade", "cli")
    ),
    "worker code knows nothing outside the sandbox": from_room(
        "capture.worker", lambda name: inside(name, "capture.worker")
    ),
    "nobody but demo and the command line imports the stand-in": lambda found: (
        not inside(found.imported, "standin")
        or inside(found.importer, "standin", "cli", "demo", "__main__")
    ),
    "the stand-in knows GitHub, not what we want of it": from_room(
        "standin", lambda name: inside(name, "standin")
    ),
    "nobody but the command line imports cli": lambda found: (
        not inside(found.imported, "cli")
        # The page that lists the commands asks them, as `--help` does.
        or inside(found.importer, "cli", "__main__", "site.generate.commands")
    ),
}


def broken_rules(package: Path) -> list[str]:
    """One line for each import that breaks a rule."""
    return [
        f"{found.importer or PACKAGE}:{found.line} imports {found.imported}: {rule}"
        for found in imports(package)
        for rule, keeps in RULES.items()
        if not keeps(found)
    ]


def long_modules(package: Path) -> list[str]:
    """One line for each module that has grown into more than a room."""
    return [
        f"{path.relative_to(package)}: {lines} lines"
        for path in sorted(package.rglob("*.py"))
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    ]


def test_the_package_keeps_the_import_rules() -> None:
    package = ROOT / PACKAGE
    assert sum(1 for _ in islice(imports(package), 11)) > 10, "the checker sees no imports at all"
    assert broken_rules(package) == []


def test_no_module_is_too_long() -> None:
    assert long_modules(ROOT / PACKAGE) == []


@pytest.mark.parametrize(
    ("where", "source", "rule"),
    [
        ("grade/plugin.py", "from autograder.capture import sandbox", "grade never"),
        ("grade/plugin.py", "from ..capture.sandbox import run", "grade never"),
        ("grade/plugin.py", "def late():\n    import autograder.capture", "grade never"),
        ("grade/compare/frames.py", "from ...capture import sandbox", "grade never"),
        ("publish/github.py", "from autograder import bundle", "publish consumes"),
        ("publish/github.py", "from autograder.grade.plugin import x", "publish consumes"),
        ("ledger/folder.py", "from autograder import bundle", "the ledger"),
        ("pull/grading.py", "from autograder.capture import sandbox", "a pull request"),
        ("capture/worker/kernel.py", "from autograder.models import Run", "worker code"),
        ("capture/worker/kernel.py", "from ..sandbox import run", "worker code"),
        ("capture/worker/__init__.py", "from ... import errors", "worker code"),
        ("models.py", "from autograder.errors import UsageError", "models"),
        ("errors.py", "from . import models", "errors"),
        ("pipeline.py", "from autograder.cli import main", "nobody"),
        ("pull/grading.py", "from autograder.standin import StandIn", "nobody but demo"),
        ("standin/server.py", "from autograder import hub", "the stand-in knows"),
        ("pipeline.py", "from .cli.grade import command", "nobody"),
    ],
)
def test_a_broken_rule_is_seen(tmp_path: Path, where: str, source: str, rule: str) -> None:
    module = tmp_path / PACKAGE / where
    module.parent.mkdir(parents=True)
    module.write_text(source, encoding="utf-8")
    (line,) = broken_rules(tmp_path / PACKAGE)
    assert rule in line


@pytest.mark.parametrize(
    ("where", "source"),
    [
        ("grade/plugin.py", "import pytest\nfrom autograder.models import Check"),
        ("grade/plugin.py", "from . import compare"),
        ("publish/github.py", "from autograder import models, report\nfrom ..text import say"),
        ("capture/worker/kernel.py", "from .wire import send\nfrom . import plain"),
        ("capture/worker/kernel.py", "from autograder.capture.worker import wire"),
        ("capture/sandbox.py", "from autograder.errors import SandboxUnavailable"),
        ("__main__.py", "from autograder.cli import main"),
        ("cli/system.py", "def demo():\n    from autograder.standin import StandIn"),
        ("models.py", "import dataclasses"),
        ("client.py", "from autograder.client_text import x"),
    ],
)
def test_a_kept_rule_is_left_alone(tmp_path: Path, where: str, source: str) -> None:
    module = tmp_path / PACKAGE / where
    module.parent.mkdir(parents=True)
    module.write_text(source, encoding="utf-8")
    assert broken_rules(tmp_path / PACKAGE) == []


def test_a_long_module_is_seen(tmp_path: Path) -> None:
    (tmp_path / "short.py").write_text("pass\n" * MOST_LINES, encoding="utf-8")
    (tmp_path / "long.py").write_text("pass\n" * (MOST_LINES + 1), encoding="utf-8")
    assert long_modules(tmp_path) == [f"long.py: {MOST_LINES + 1} lines"]
