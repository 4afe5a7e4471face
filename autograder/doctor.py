"""Looks at the machine: what a grade needs, whether it is there, and the fix where it is not."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from autograder import paths
from autograder.capture import java, limits, sandbox, seccomp
from autograder.capture.worker import jvm
from autograder.errors import InfrastructureError
from autograder.models import Limits

NEEDED_MEMORY_GB, NEEDED_DISK_GB = 4, 2
OPTIMISED = "--enable-optimizations"


@dataclass(frozen=True)
class Finding:
    """One look: its name, how it is, what was found, and what to do about it."""

    name: str
    state: Literal["ok", "warn", "bad"]
    found: str
    fix: str = ""


def examine(*, start_spark: bool = True) -> Iterator[Finding]:
    """Yield a finding for each thing looked at, cheap ones first."""
    looks: list[Callable[[], Finding]] = [_python, _memory, _disk, _java, _sandbox, _filter, _meter]
    if start_spark:
        looks += [_cache, _spark]
    for look in looks:
        yield look()


def _python() -> Finding:
    found = f"{platform.python_version()} at {sys.executable}"
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        return Finding("Python", "bad", found, "use Python 3.11, 3.12 or 3.13")
    if _is_slow_build():
        return Finding(
            "Python",
            "warn",
            f"{found}, built without optimisation",
            "a distribution's Python is faster: install one of this version with its venv, "
            "remove .venv, and run ./pioneers again",
        )
    return Finding("Python", "ok", found)


def _is_slow_build() -> bool:
    """Whether somebody built this Python with the defaults; a distribution has its own ways."""
    built = sysconfig.get_config_var("CONFIG_ARGS") or OPTIMISED
    return OPTIMISED not in built and sys.base_prefix != "/usr"


def _memory() -> Finding:
    free = psutil.virtual_memory().available / 2**30
    good = free >= NEEDED_MEMORY_GB
    return Finding(
        "memory",
        "ok" if good else "warn",
        f"{free:.1f} GB free",
        "" if good else "close other programs",
    )


def _disk() -> Finding:
    folder = next(each for each in (paths.cache(), *paths.cache().parents) if each.exists())
    free = shutil.disk_usage(folder).free / 2**30
    good = free >= NEEDED_DISK_GB
    return Finding(
        "disk",
        "ok" if good else "warn",
        f"{free:.1f} GB free",
        "" if good else f"make room in {folder}",
    )


def _java() -> Finding:
    try:
        found = java.find()
    except InfrastructureError as error:
        return Finding("Java", "bad", error.what, error.fix)
    return Finding("Java", "ok", f"{found.version} at {found.home}")


def _sandbox() -> Finding:
    try:
        sandbox.require()
    except InfrastructureError as error:
        return Finding("sandbox", "bad", error.what, error.fix)
    return Finding(
        "sandbox",
        "ok",
        "bubblewrap, " + ("entered as root" if os.geteuid() == 0 else "user namespace"),
    )


def _filter() -> Finding:
    descriptor = seccomp.program() if sys.platform == "linux" else None
    if descriptor is None:
        return Finding("seccomp", "warn", "no filter", "run: sudo apt-get install -y libseccomp2")
    os.close(descriptor)
    return Finding("seccomp", "ok", f"{len(seccomp.DENIED)} system calls refused")


def _meter() -> Finding:
    meter = limits.open_meter(Limits())
    meter.close()
    if isinstance(meter, limits.ProcessTree):
        return Finding(
            "limits",
            "warn",
            "cgroups not writable, so the process tree is watched",
            "fine for one grade at a time",
        )
    return Finding("limits", "ok", meter.name)


def _cache() -> Finding:
    ready = java.prepare()
    if ready is None:
        return Finding(
            "fast start",
            "warn",
            "no class cache for this Java",
            "Spark starts without it, some seconds slower",
        )
    return Finding("fast start", "ok", f"{ready.stat().st_size // 2**20} MB at {ready}")


def _spark() -> Finding:
    with tempfile.TemporaryDirectory() as name:
        try:
            gateway = jvm.start(
                java.gateway_command(512, cache=java.cached()), Path(name), java.environment()
            )
        except (OSError, subprocess.SubprocessError, InfrastructureError) as error:
            return Finding(
                "Spark", "bad", str(error), "run ./pioneers again, which mends the environment"
            )
        up = bool(gateway.wait())
        gateway.stop()
        log = (Path(name) / "jvm.log").read_text("utf-8", "replace").strip().splitlines()
    if up:
        return Finding("Spark", "ok", "its JVM starts")
    return Finding(
        "Spark",
        "bad",
        log[-1][:200] if log else "its JVM does not start",
        "send this line to an organiser",
    )
