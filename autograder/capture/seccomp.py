"""The filter of system calls for a sandbox: what no notebook needs and kernels have had bugs in.

Optional by design: without libseccomp the sandbox still holds by its namespaces.
"""

from __future__ import annotations

import errno
import os

DENIED = (
    *("acct", "add_key", "bpf", "clock_settime", "clock_adjtime", "delete_module", "fanotify_init"),
    *("finit_module", "fsconfig", "fsmount", "fsopen", "fspick", "init_module", "ioperm", "iopl"),
    *(
        "io_uring_enter",
        "io_uring_register",
        "io_uring_setup",
        "kcmp",
        "kexec_file_load",
        "kexec_load",
    ),
    *("keyctl", "lookup_dcookie", "mount", "mount_setattr", "move_mount", "name_to_handle_at"),
    *("open_by_handle_at", "open_tree", "perf_event_open", "personality", "pivot_root"),
    *(
        "process_vm_readv",
        "process_vm_writev",
        "ptrace",
        "quotactl",
        "reboot",
        "request_key",
        "setns",
    ),
    *(
        "settimeofday",
        "swapoff",
        "swapon",
        "syslog",
        "umount2",
        "unshare",
        "userfaultfd",
        "vhangup",
    ),
)
_NEW_NAMESPACES = 0x7E020000
_TIOCSTI = 0x5412


def program() -> int | None:
    """A file descriptor with the compiled filter, or None where the host has no libseccomp."""
    try:
        import pyseccomp as scmp
    except (ImportError, OSError, RuntimeError):
        return None
    refuse = scmp.ERRNO(errno.EPERM)
    rules = scmp.SyscallFilter(scmp.ALLOW)
    for name in DENIED:
        try:
            rules.add_rule(refuse, name)
        except (OSError, ValueError, RuntimeError):
            continue  # a call that this libseccomp does not know
    # clone3 hides its flags from filters; libc falls back to clone when it is absent.
    rules.add_rule(scmp.ERRNO(errno.ENOSYS), "clone3")
    for flag in (1 << bit for bit in range(32) if _NEW_NAMESPACES & (1 << bit)):
        rules.add_rule(refuse, "clone", scmp.Arg(0, scmp.MASKED_EQ, flag, flag))
    rules.add_rule(refuse, "ioctl", scmp.Arg(1, scmp.MASKED_EQ, 0xFFFFFFFF, _TIOCSTI))
    descriptor = os.memfd_create("seccomp")
    with os.fdopen(os.dup(descriptor), "wb") as file:
        rules.export_bpf(file)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor
