"""Watches what a sandbox uses and says when it is too much.

Where a cgroup can be made (v2, or v1's memory, pids and cpuacct), the kernel holds the line and
this module reads the meters; else the process tree is watched. Either way the caller kills.
"""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import psutil

from autograder.models import Limits

ROOT = Path("/sys/fs/cgroup")
PREFIX = "pioneers-"
Reason = Literal["", "wall", "cpu", "memory", "processes"]


@dataclass
class Usage:
    """What has been used so far: seconds of CPU, mebibytes at the peak, processes now."""

    cpu_s: float = 0.0
    peak_mb: float = 0.0
    processes: int = 0
    out_of_memory: bool = False


class Meter(Protocol):
    """Something that knows the usage of one sandbox."""

    @property
    def name(self) -> str:
        """What kind it is, for `doctor`."""

    @property
    def entrance(self) -> tuple[Path, ...]:
        """The files that a process writes 0 to, to come in."""

    def read(self, pid: int) -> Usage:
        """The usage of the sandbox whose first process is `pid`."""

    def close(self) -> None:
        """Remove what was made for it."""


@dataclass
class CgroupV2:
    """One cgroup of the unified hierarchy."""

    folder: Path
    name: str = "cgroup-v2"

    @property
    def entrance(self) -> tuple[Path, ...]:
        """The files that a process writes 0 to, to come in."""
        return (self.folder / "cgroup.procs",)

    def read(self, pid: int) -> Usage:
        """Read the kernel's meters."""
        cpu = _fields(self.folder / "cpu.stat").get("usage_usec", 0) / 1e6
        peak = _number(self.folder / "memory.peak") or _number(self.folder / "memory.current")
        killed = _fields(self.folder / "memory.events").get("oom_kill", 0) > 0
        return Usage(cpu, peak / 2**20, int(_number(self.folder / "pids.current")), killed)

    def close(self) -> None:
        """Remove the cgroup; the kernel refuses while a process is left in it."""
        _remove([self.folder])


@dataclass
class CgroupV1:
    """Three cgroups of the old hierarchies."""

    folders: dict[str, Path]
    name: str = "cgroup-v1"

    @property
    def entrance(self) -> tuple[Path, ...]:
        """The files that a process writes 0 to, to come in."""
        return tuple(folder / "cgroup.procs" for folder in self.folders.values())

    def read(self, pid: int) -> Usage:
        """Read the kernel's meters."""
        memory = self.folders["memory"]
        return Usage(
            cpu_s=_number(self.folders["cpuacct"] / "cpuacct.usage") / 1e9,
            peak_mb=_number(memory / "memory.max_usage_in_bytes") / 2**20,
            processes=int(_number(self.folders["pids"] / "pids.current")),
            out_of_memory=_fields(memory / "memory.oom_control").get("oom_kill", 0) > 0,
        )

    def close(self) -> None:
        """Remove the cgroups; the kernel refuses while a process is left in one."""
        _remove(list(self.folders.values()))


@dataclass
class ProcessTree:
    """The tree below the sandbox's first process, summed up at each look."""

    name: str = "process-tree"
    entrance: tuple[Path, ...] = ()
    _gone_cpu_s: float = 0.0
    _cpu_s: dict[int, float] = field(default_factory=dict)
    _peak_mb: float = 0.0

    def read(self, pid: int) -> Usage:
        """Sum up the tree; the CPU time of processes that have ended is remembered."""
        rss, alive = 0, {}
        with contextlib.suppress(psutil.Error):
            first = psutil.Process(pid)
            for process in [first, *first.children(recursive=True)]:
                with contextlib.suppress(psutil.Error):
                    times = process.cpu_times()
                    alive[process.pid] = times.user + times.system
                    rss += process.memory_info().rss
        self._gone_cpu_s += sum(s for pid_, s in self._cpu_s.items() if pid_ not in alive)
        self._cpu_s = alive
        self._peak_mb = max(self._peak_mb, rss / 2**20)
        return Usage(self._gone_cpu_s + sum(alive.values()), self._peak_mb, len(alive))

    def close(self) -> None:
        """Nothing was made."""


def open_meter(limits: Limits) -> Meter:
    """The best meter that this machine allows."""
    name = f"{PREFIX}{os.getpid()}-{time.monotonic_ns()}"
    _sweep()
    with contextlib.suppress(OSError):
        if (ROOT / "cgroup.controllers").exists():
            return _open_v2(ROOT / name, limits)
        if (ROOT / "memory").is_dir():
            return _open_v1(name, limits)
    return ProcessTree()


def _sweep() -> None:
    """Remove what graders that were killed left behind."""
    for folder in (*ROOT.glob(f"{PREFIX}*"), *ROOT.glob(f"*/{PREFIX}*")):
        owner = folder.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            with contextlib.suppress(OSError):
                folder.rmdir()


def _open_v2(folder: Path, limits: Limits) -> Meter:
    folder.mkdir()
    try:
        (folder / "memory.max").write_text(str(limits.memory_mb * 2**20))
        (folder / "pids.max").write_text(str(limits.processes))
        with contextlib.suppress(OSError):
            (folder / "memory.swap.max").write_text("0")
    except OSError:
        _remove([folder])
        raise
    return CgroupV2(folder)


def _open_v1(name: str, limits: Limits) -> Meter:
    folders = {kind: ROOT / kind / name for kind in ("memory", "pids", "cpuacct")}
    try:
        for folder in folders.values():
            folder.mkdir()
        (folders["memory"] / "memory.limit_in_bytes").write_text(str(limits.memory_mb * 2**20))
        (folders["pids"] / "pids.max").write_text(str(limits.processes))
    except OSError:
        _remove(list(folders.values()))
        raise
    return CgroupV1(folders)


def _remove(folders: list[Path]) -> None:
    for folder in folders:
        for _ in range(100):
            try:
                folder.rmdir()
                break
            except FileNotFoundError:
                break
            except OSError:
                time.sleep(0.02)


def _number(path: Path) -> float:
    try:
        return float(path.read_text())
    except (OSError, ValueError):
        return 0.0


def _fields(path: Path) -> dict[str, float]:
    try:
        rows = (line.split() for line in path.read_text().splitlines())
        return {row[0]: float(row[1]) for row in rows if len(row) == 2}
    except (OSError, ValueError):
        return {}


def judge(usage: Usage, limits: Limits, seconds: float, wall_s: float) -> Reason:
    """Which limit is broken, if any. Pure."""
    if usage.out_of_memory or usage.peak_mb > limits.memory_mb * 1.05:
        return "memory"
    if usage.cpu_s > limits.cpu_s:
        return "cpu"
    if usage.processes > limits.processes * 1.05:
        return "processes"
    return "wall" if seconds > wall_s else ""
