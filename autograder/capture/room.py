"""The room that bubblewrap makes: what is mounted, what can be written, which rights are left.

Only lists of arguments are made here, and the few files of /etc; nothing is started.
"""

from __future__ import annotations

import functools
import os
import shutil
import sys
import sysconfig
from pathlib import Path

from autograder.models import Limits

INSIDE_UID = 1000
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
ETC = (
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/alternatives",
    "/etc/fonts",
)


def entry(limits: Limits) -> list[str]:
    """Bubblewrap itself: namespaces, rights, and what can be written."""
    writable = str(min(limits.memory_mb // 2, 2048) * 2**20)
    rights = ["--unshare-user", "--uid", str(INSIDE_UID), "--gid", str(INSIDE_UID)]
    if os.geteuid() == 0:
        rights = ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    return [
        shutil.which("bwrap") or "bwrap",
        *rights,
        *(
            "--unshare-pid",
            "--unshare-net",
            "--unshare-ipc",
            "--unshare-uts",
            "--unshare-cgroup-try",
        ),
        *("--die-with-parent", "--new-session", "--clearenv", "--hostname", "pioneers"),
        *("--proc", "/proc", "--dev", "/dev"),
        *("--perms", "1777", "--size", writable, "--tmpfs", "/tmp"),  # noqa: S108
        *("--perms", "1777", "--size", str(256 * 2**20), "--tmpfs", "/dev/shm"),  # noqa: S108
    ]


def system_mounts() -> list[str]:
    """The programs of the system and this interpreter, read-only."""
    arguments: list[str] = []
    for name in SYSTEM:
        path = Path(name)
        if path.is_symlink():
            arguments += ["--symlink", str(path.readlink()), name]
        elif path.is_dir():
            arguments += ["--ro-bind", name, name]
    arguments += ["--perms", "0755", "--dir", "/etc"]
    for name in ETC:
        arguments += ["--ro-bind-try", name, name]
    for folder in runtime():
        arguments += bind(folder, folder)
    return arguments


def bind(source: Path, target: Path) -> list[str]:
    """A read-only mount whose parents may be passed through by the unprivileged user."""
    arguments: list[str] = []
    for parent in reversed(target.parents[:-1]):
        if str(parent) not in (*SYSTEM, "/tmp"):  # noqa: S108
            arguments += ["--perms", "0755", "--dir", str(parent)]
    return [*arguments, "--ro-bind", str(source), str(target)]


@functools.cache
def runtime() -> tuple[Path, ...]:
    """The folders of this interpreter that do not lie in a system folder."""
    found = [Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parent.parent]
    found += [Path(sysconfig.get_path("purelib")), Path(sysconfig.get_path("platlib"))]
    kept: list[Path] = []
    for folder in sorted({path.absolute() for path in found}, key=lambda path: len(path.parts)):
        inside = any(folder.is_relative_to(other) for other in (*map(Path, SYSTEM), *kept))
        if not inside and folder.is_dir():
            kept.append(folder)
    return tuple(kept)


def etc(folder: Path, user: int) -> list[str]:
    """The few files of /etc that programs ask for, with nothing of this machine in them."""
    files = {
        "passwd": f"root:x:0:0::/:/bin/false\nmember:x:{user}:{user}::/tmp:/bin/sh\n",
        "group": f"root:x:0:\nmember:x:{user}:\n",
        "hosts": "127.0.0.1 localhost pioneers\n::1 localhost\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    }
    arguments = []
    for name, text in files.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o644)
        arguments += ["--ro-bind", str(folder / name), f"/etc/{name}"]
    return arguments
