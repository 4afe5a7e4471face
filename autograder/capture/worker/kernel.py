"""The member's kernel: always ours, whatever the notebook's metadata says.

A plain IPython kernel of this interpreter, whose import path puts the submission's own files
last, so that a `pandas.py` beside the notebook shadows nothing.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

NAME = "python3"
LAUNCH = """
import sys
sys.modules["debugpy"] = None
from ipykernel.kernelapp import launch_new_instance
del sys.modules["debugpy"]
launch_new_instance()
"""
"""As `python -m ipykernel_launcher`, but without the debugger, a quarter of what it imports."""


class OurKernelManager(AsyncKernelManager):
    """Starts `command()` and never looks for a kernel spec on disk."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """The one spec there is."""
        return KernelSpec(argv=command(), display_name="Python 3", language="python")


def command() -> list[str]:
    """The kernel's command line; `{connection_file}` is filled in by jupyter_client."""
    return [
        sys.executable,
        "-P",
        "-c",
        LAUNCH,
        "-f",
        "{connection_file}",
        "--InteractiveShellApp.ignore_cwd=True",
        "--HistoryManager.enabled=False",
        "--InteractiveShell.colors=nocolor",
    ]


def start(cwd: Path, environment: Mapping[str, str]) -> OurKernelManager:
    """Start the kernel; it boots while the caller goes on importing."""
    manager = OurKernelManager(kernel_name=NAME)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(manager.start_kernel(cwd=str(cwd), env=dict(environment)))
    return manager
