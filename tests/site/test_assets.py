"""What the site is made with: fetched once, whole or not at all, and laid into the site."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from autograder import paths
from autograder.errors import ConfigError, InfrastructureError, RemoteError
from autograder.site import assets, node

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "site"


def site(folder: Path) -> Path:
    folder.mkdir()
    for name in (assets.WANTED, assets.LOCK):
        shutil.copyfile(SITE / name, folder / name)
    return folder


class Npm:
    """An npm that fetches nothing, or fails."""

    def __init__(self, why: str = "") -> None:
        self.why = why
        self.calls = 0

    def __call__(self, folder: Path, *_: str) -> str:
        self.calls += 1
        if not self.why:
            (folder / "node_modules" / "pyodide").mkdir(parents=True)
        return self.why


def test_the_lock_names_versions_and_hashes_and_no_registry() -> None:
    text = (SITE / assets.LOCK).read_text("utf-8")
    assert "resolved" not in text
    assert "://" not in text.replace("https://github.com/", "")  # who asks for donations
    packages = json.loads(text)["packages"]
    assert all("integrity" in each for name, each in packages.items() if name)
    wanted = json.loads((SITE / assets.WANTED).read_text("utf-8"))["dependencies"]
    for name, version in wanted.items():
        assert packages[f"node_modules/{name}"]["version"] == version, "update the lock"


def test_builders_side_by_side_fetch_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm, own = Npm(), site(tmp_path / "site")
    monkeypatch.setattr(node, "npm", npm)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: assets.fetch(own, tmp_path / "cache"), range(4)))
    assert npm.calls == 1
    assert len(set(found)) == 1
    assert (found[0] / "pyodide").is_dir()
    (own / assets.WANTED).write_text("{}")  # other packages: another folder
    assert assets.fetch(own, tmp_path / "cache") != found[0]


def test_a_failed_fetch_leaves_nothing_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, shelf = site(tmp_path / "site"), tmp_path / "cache" / "site-assets"
    (shelf / ".part-of-a-killed-build").mkdir(parents=True)
    monkeypatch.setattr(node, "npm", Npm("no such host"))
    with pytest.raises(RemoteError, match="no such host"):
        assets.fetch(own, tmp_path / "cache")
    assert list(shelf.iterdir()) == []
    monkeypatch.setattr(node, "npm", Npm())
    assert assets.fetch(own, tmp_path / "cache").is_dir()


def test_a_registry_that_does_not_answer_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")  # nobody listens
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    monkeypatch.setenv("NODE_OPTIONS", "--no-such-option")  # somebody's settings change nothing
    with pytest.raises(RemoteError) as told:
        assets.fetch(site(tmp_path / "site"), tmp_path / "cache")
    assert "ECONNREFUSED" in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("name", [assets.WANTED, assets.LOCK])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    own = site(tmp_path / "site")
    (own / name).unlink()
    with pytest.raises(ConfigError, match=name):
        assets.fetch(own, tmp_path / "cache")


def test_what_the_site_serves_lies_under_its_version(tmp_path: Path) -> None:
    modules = assets.fetch(SITE, paths.cache())
    for _ in range(2):  # a second build finds it there
        assets.place(modules, SITE, tmp_path)
    addresses = assets.addresses(SITE)
    assert all(address.startswith("assets/vendor/") for address in addresses.values())
    pyodide = tmp_path / addresses["pyodide"]
    assert (pyodide / "pyodide.asm.wasm").read_bytes()[:4] == b"\0asm"
    assert (tmp_path / addresses["pretendard"] / "LICENSE.txt").is_file()
    assert not list(tmp_path.rglob("*.map"))
    assert not list(tmp_path.rglob("*.html"))


def test_a_script_reads_its_packages_and_nothing_else(tmp_path: Path) -> None:
    modules = tmp_path / "node_modules"
    modules.mkdir()
    tool = tmp_path / "tool.mjs"
    tool.write_text('import { text } from "node:stream/consumers";\n'
                    "process.stdout.write((await text(process.stdin)).toUpperCase());")  # fmt: skip
    assert node.script(tool, modules, "한 a") == "한 A"
    (tmp_path / "secret").write_text("x")
    for bad in (
        f'import fs from "node:fs"; fs.readFileSync({json.dumps(str(tmp_path / "secret"))});',
        f'import fs from "node:fs"; fs.writeFileSync({json.dumps(str(tmp_path / "w"))}, "");',
        'import { execSync } from "node:child_process"; execSync("true");',
    ):
        tool.write_text(bad)
        with pytest.raises(InfrastructureError, match=r"tool\.mjs failed"):
            node.script(tool, modules, "")
