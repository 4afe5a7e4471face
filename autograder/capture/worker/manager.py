"""jupyter_client's hand on the member's kernel: starts it, interrupts it, sees whether it lives."""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from autograder.capture.worker import kernel

NAME = "python3"
RECONNECT_MS = 10
"""A kernel listens some tenths of a second after its client has begun to knock. ZeroMQ knocks
again every 100 ms, unless told otherwise."""
ANSWER_S, HEARD_S = 1.0, 0.2
"""How long an answer is waited for, and then a word where outputs come, before the kernel is asked
again; both as jupyter_client has them."""


class OurKernelClient(AsyncKernelClient):
    """Finds its kernel as soon as it is up; no cell is skipped because one before it failed."""

    def _context_default(self) -> zmq.asyncio.Context:
        context = super()._context_default()
        context.setsockopt(zmq.RECONNECT_IVL, RECONNECT_MS)
        return context

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Return once the kernel has answered and its outputs are heard.

        jupyter_client's own then listens until nothing has come for 0.2 s, so that no older
        output is left. Here nobody takes one for his own: nbclient asks each whose child it is.

        Raises:
            RuntimeError: the kernel has ended, or does not answer in `timeout` seconds.
        """
        deadline = time.monotonic() + (float("inf") if timeout is None else timeout)
        while True:
            self.kernel_info()
            with contextlib.suppress(queue.Empty):
                await self.shell_channel.get_msg(timeout=ANSWER_S)
                await self.iopub_channel.get_msg(timeout=HEARD_S)
                return
            if not await self.is_alive():
                raise RuntimeError("the kernel ended before it answered")
            if time.monotonic() > deadline:
                raise RuntimeError(f"the kernel did not answer in {timeout} s")

    def execute(self, code: str, *args: Any, **kwargs: Any) -> str:
        """Send code to be run, whatever comes of the code before it.

        Else a kernel answers "aborted" to what reaches it before it is done with an error, which
        nbclient takes for a cell that has run well.
        """
        sent: str = super().execute(code, *args, **{**kwargs, "stop_on_error": False})
        return sent


class OurKernelManager(AsyncKernelManager):
    """Starts `kernel.command()` and never looks for a kernel spec on disk."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """The one spec there is."""
        return KernelSpec(argv=kernel.command(), display_name="Python 3", language="python")


class ForkProvisioner(LocalProvisioner):
    """Makes a kernel of a child that waits to be one."""

    waiting: kernel.Fork

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Let the child go on with the command's own arguments."""
        # Should this process be killed, the kernel sees it and ends.
        arguments = [*cmd[cmd.index("-f") :], f"--IPKernelApp.parent_handle={os.getpid()}"]
        self.waiting.go(arguments, kwargs["cwd"], kwargs["env"])
        self.process: Any = self.waiting
        self.pid = self.pgid = self.waiting.pid  # it leads a session and a group
        return self.connection_info


def start(
    waiting: kernel.Fork | None, cwd: Path, environment: Mapping[str, str]
) -> OurKernelManager:
    """Start the kernel; it boots while the caller goes on importing.

    Args:
        waiting: the child that it is to be; None starts a process of its own.
    """
    manager = OurKernelManager(kernel_name=NAME, client_factory=OurKernelClient)
    if waiting:
        manager.provisioner = ForkProvisioner(parent=manager, kernel_spec=manager.kernel_spec)
        manager.provisioner.waiting = waiting
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(manager.start_kernel(cwd=str(cwd), env=dict(environment)))
    return manager
