"""What the site is made with and does not hold itself: packages of npm, by version and hash.

`site/package-lock.json` names them. They are fetched once into the cache and copied into the built
site, under an address that holds the version, so that a browser may keep them for good. Knows
nothing of pages.

After a change of `site/package.json`, `site/renew` makes the lock anew.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path

from autograder.errors import ConfigError, RemoteError
from autograder.files import locked, write_whole
from autograder.site import node

LOCK, WANTED = "package-lock.json", "package.json"
VENDOR = "assets/vendor"
_PART = ".part-"
_INSTALL = (
    "ci", "--ignore-scripts", "--omit=optional", "--omit=peer", "--no-audit", "--no-fund",
    "--prefer-offline", "--fetch-retries=2", "--fetch-retry-mintimeout=1000",
    "--fetch-retry-maxtimeout=5000",
)  # fmt: skip

FONT_SOURCE = "pretendard/dist/public/variable/PretendardVariable.ttf"
"""The whole typeface among the modules; the site serves the part that it needs (typeface.py)."""

SERVED: dict[str, dict[str, str]] = {
    "pyodide": {
        "pyodide.mjs": "pyodide.mjs",
        "pyodide.asm.mjs": "pyodide.asm.mjs",
        "pyodide.asm.wasm": "pyodide.asm.wasm",
        "pyodide-lock.json": "pyodide-lock.json",
        "package.json": "package.json",
        "README.md": "README.md",
    },
    "pretendard": {
        "dist/LICENSE.txt": "LICENSE.txt",
    },
}
"""By package: a file in it to its name in the site."""

_PRUNED = ("pretendard/dist/web", "pretendard/dist/public/static", "elkjs/lib/elk-worker*.js")
"""What is large and never asked for: the typeface in weights of its own."""


def fetch(site: Path, cache: Path) -> Path:
    """The folder `node_modules` with every package that `site/package-lock.json` names.

    Kept in the cache by the hash of the lock: a second build asks nobody. Builds side by side
    wait for the first.

    Args:
        site: the folder with `package.json` and `package-lock.json`.
        cache: the project's cache.

    Raises:
        ConfigError: one of the two files is missing.
        RemoteError: npm could not fetch them, or they are not what the lock says.
    """
    try:
        wanted, lock = (site / WANTED).read_bytes(), (site / LOCK).read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{error.filename} cannot be read: {error.strerror}",
            fix="restore it with git: it names what the site is made with",
        ) from error
    shelf = cache / "site-assets"
    folder = shelf / hashlib.sha256(wanted + lock).hexdigest()[:16]
    modules = folder / "node_modules"
    if modules.is_dir():
        return modules
    with locked(shelf):
        for left in shelf.glob(f"{_PART}*"):  # of a build that was killed: nobody else is here
            shutil.rmtree(left, ignore_errors=True)
        if not modules.is_dir():
            with tempfile.TemporaryDirectory(dir=shelf, prefix=_PART) as scratch:
                _install(Path(scratch), wanted, lock)
                shutil.rmtree(folder, ignore_errors=True)
                Path(scratch).rename(folder)
                Path(scratch).mkdir()  # for its clean-up
    return modules


def addresses(site: Path) -> dict[str, str]:
    """Where the site serves each package, relative to its root; no package need be there.

    Returns:
        such as `{"pyodide": "assets/vendor/pyodide-314.0.7"}`.

    Raises:
        ConfigError: `package-lock.json` is missing or not such a file.
    """
    try:
        packages = json.loads((site / LOCK).read_text("utf-8"))["packages"]
        versions = {name: str(packages[f"node_modules/{name}"]["version"]) for name in SERVED}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"{site / LOCK} cannot be used: {error}", fix="restore it with git"
        ) from error
    return {name: f"{VENDOR}/{name}-{version}" for name, version in versions.items()}


def place(modules: Path, site: Path, built: Path) -> None:
    """Copy what the site serves into the built site, licences too.

    Files that are there already with their full size are left as they are.

    Args:
        modules: what `fetch` returned.
        site: the folder with `package-lock.json`.
        built: the root of the built site.
    """
    for name, address in addresses(site).items():
        for inside, called in SERVED[name].items():
            source, target = modules / name / inside, built / address / called
            if not target.is_file() or target.stat().st_size != source.stat().st_size:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)


def _install(folder: Path, wanted: bytes, lock: bytes) -> None:
    write_whole(folder / WANTED, wanted)
    write_whole(folder / LOCK, lock)
    why = node.npm(folder, *_INSTALL)
    if why:
        raise RemoteError(
            f"npm could not fetch what the site is made with: {why}",
            fix="check the network and the registry that npm is told of, then build again",
        )
    for pattern in _PRUNED:
        for path in (folder / "node_modules").glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
