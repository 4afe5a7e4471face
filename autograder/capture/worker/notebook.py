"""Executes one notebook through papermill and sends its answers as they come.

Unlike stock papermill it goes on after a failing cell, gives the whole notebook one budget of
time, keeps outputs within a cap, and takes each answer right after the last cell that defines
it. What it knows of the notebook comes from the job that the host wrote.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import nbformat
from nbclient.exceptions import CellExecutionError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.execute import execute_notebook

from autograder.capture.worker import wire
from autograder.capture.worker.jvm import Gateway
from autograder.capture.worker.manager import NAME, OurKernelManager

ENGINE = "pioneers"
KILL_AFTER_INTERRUPT_S = 5
COLLECT_S = 60
MAX_CELL_OUTPUT = 200_000
MAX_NOTEBOOK_BYTES = 4_000_000

SET_UP = """
import os as _os, sys as _sys
_os.environ.update({environment!r})
_sys.path.extend({path!r})
from pathlib import Path as _Path
from autograder.capture.worker.collect import Collector as _Collector
get_ipython()._pioneers = _Collector(_Path({folder!r}), {specs!r})
del _os, _sys, _Path, _Collector
"""
COLLECT = """
print(__import__("json").dumps(
    get_ipython()._pioneers.collect({names!r}, get_ipython().user_ns)
))
"""


@dataclass
class Progress:
    """What one run of a notebook needs to know while it goes on.

    Attributes:
        begin: returns when the notebook's own code may run.
    """

    job: dict[str, Any]
    stream: IO[bytes]
    gateway: Gateway | None
    folder: Path
    begin: Callable[[], None]
    deadline: float = 0.0
    output_left: int = 0
    flooded: bool = False
    timed_out: bool = False
    dead: bool = False
    collected: set[str] = field(default_factory=set)

    def send(self, kind: str, payload: bytes = b"", **fields: Any) -> None:
        """Send one frame to the host."""
        wire.write(self.stream, kind, payload, **fields)


class CaptureClient(PapermillNotebookClient):
    """A papermill client with our rules; see the module's words."""

    progress: Progress

    def papermill_execute_cells(self) -> None:
        """Run set-up, then every cell; then take the answers that are still missing."""
        progress = self.progress
        environment = progress.gateway.wait() if progress.gateway else {}
        self._quietly(
            SET_UP.format(
                environment=environment,
                path=progress.job["path"],
                folder=str(progress.folder),
                specs=progress.job["answers"],
            )
        )
        progress.begin()
        progress.send("ready")
        progress.deadline = time.monotonic() + progress.job["wall_s"]
        progress.output_left = progress.job["output_bytes"]
        after = progress.job["collect_after"]
        for index, cell in enumerate(list(self.nb.cells)):
            number = cell.metadata.get("pioneers", {}).get("index", -1)
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            self._run_cell(cell, index, number)
            self._collect(after.get(str(number), []))
        self._collect([name for name in progress.job["answers"] if name not in progress.collected])

    def _run_cell(self, cell: Any, index: int, number: int) -> None:
        progress = self.progress
        progress.timed_out = progress.flooded = False
        started = time.monotonic()
        status, error_type, error = "ok", "", ""
        if progress.dead or started >= progress.deadline:
            status = "not_run"
        else:
            try:
                self.nb_man.cell_start(cell, index)
                self.execute_cell(cell, index)
            except CellExecutionError as raised:
                status, error_type, error = "error", str(raised.ename), str(raised.evalue)
            except DeadKernelError:
                status, progress.dead = "died", True
            finally:
                self.nb_man.cell_complete(self.nb.cells[index], cell_index=index)
            if progress.timed_out:
                status = "timeout"
            elif progress.flooded:
                status, error_type = "error", "OutputLimit"
        progress.send(
            "cell",
            index=number,
            status=status,
            seconds=round(time.monotonic() - started, 3),
            error_type=error_type[:100],
            error=error[:2000],
        )

    def _collect(self, names: list[str]) -> None:
        if not names or self.progress.dead:
            return
        left = max(self.progress.deadline - time.monotonic(), 0.0)
        text = self._quietly(COLLECT.format(names=names), timeout_s=COLLECT_S + left)
        for line in text.splitlines():
            if line.startswith("[{"):
                self._send_outcomes(names, line)

    def _send_outcomes(self, names: list[str], line: str) -> None:
        try:
            outcomes = json.loads(line)
        except ValueError:
            return
        for outcome in outcomes:
            name, code = outcome.get("name"), outcome.get("code", "")
            if name not in names or code == "unchanged":
                continue
            if "file" in outcome:
                path = self.progress.folder / Path(str(outcome["file"])).name
                ending = path.suffix.removeprefix(".")
                self.progress.send("answer", path.read_bytes(), name=name, media=ending)
                path.unlink()
                self.progress.collected.add(name)
            elif name not in self.progress.collected or code != "not_defined":
                self.progress.send(
                    "no_answer", name=name, code=code, detail=str(outcome.get("detail", ""))[:500]
                )

    def _quietly(self, source: str, *, timeout_s: float = COLLECT_S) -> str:
        """Run our own code in the kernel, outside the notebook; its standard output."""
        cell = nbformat.v4.new_code_cell(source)
        saved = cast("Any", self).timeout_func
        self.timeout_func = lambda _cell: max(1, int(timeout_s))
        self.progress.output_left, left = 50_000_000, self.progress.output_left
        self.nb.cells.append(cell)  # nbclient stores what it ran at its index
        try:
            self.execute_cell(cell, len(self.nb.cells) - 1, store_history=False)
        except (CellExecutionError, DeadKernelError) as error:
            self.progress.dead = self.progress.dead or isinstance(error, DeadKernelError)
        finally:
            self.nb.cells.pop()
            self.timeout_func = saved
            self.progress.output_left = left
        return "".join(o.text for o in cell.get("outputs", []) if o.get("name") == "stdout")

    async def _async_handle_timeout(self, timeout: int, cell: Any = None) -> None:
        """Interrupt the cell; if it takes no notice, kill the kernel."""
        self.progress.timed_out = True
        await self._interrupt()

    async def _interrupt(self) -> None:
        running = self.task_poll_for_reply
        await self.km.interrupt_kernel()

        async def kill_if_still_running() -> None:
            await asyncio.sleep(KILL_AFTER_INTERRUPT_S)
            if running is not None and not running.done():
                await self.km.shutdown_kernel(now=True)
                running.cancel()

        self._killer = asyncio.ensure_future(kill_if_still_running())

    def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
        """Take an output, unless the cell or the notebook has said too much already."""
        size = _output_size(msg)
        progress = self.progress
        progress.output_left -= size
        if size and progress.output_left < 0:
            if not progress.flooded:
                progress.flooded = True
                self._interrupting = asyncio.ensure_future(self._interrupt())
            return None
        if size:
            cell.metadata["said"] = cell.metadata.get("said", 0) + size
            if cell.metadata["said"] > MAX_CELL_OUTPUT:
                return None
        return super().process_message(msg, cell, cell_index)


def _output_size(msg: dict[str, Any]) -> int:
    content = msg.get("content", {})
    kind = msg.get("msg_type", msg.get("header", {}).get("msg_type"))
    if kind == "stream":
        return len(content.get("text", ""))
    if kind in ("display_data", "execute_result", "update_display_data"):
        return sum(len(str(part)) for part in content.get("data", {}).values())
    return 0


class CaptureEngine(Engine):
    """Papermill's door to `CaptureClient`."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        manager: OurKernelManager,
        progress: Progress,
        **_: Any,
    ) -> Any:
        """Execute `nb_man.nb` on the kernel that is already up."""
        client = CaptureClient(
            nb_man,
            km=manager,
            kernel_name=kernel_name,
            raise_on_iopub_timeout=False,
            allow_errors=False,
            timeout_func=lambda _cell: max(1, int(progress.deadline - time.monotonic())),
            startup_timeout=60,
        )
        client.progress = progress
        return client.execute()


papermill_engines.register(ENGINE, CaptureEngine)


def run(progress: Progress, manager: OurKernelManager, notebook: Path, output: Path) -> None:
    """Execute `notebook` with the job's parameters and send all frames but the last."""
    try:
        execute_notebook(
            str(notebook),
            str(output),
            parameters=progress.job["parameters"],
            engine_name=ENGINE,
            kernel_name=NAME,
            language="python",
            progress_bar=False,
            manager=manager,
            progress=progress,
        )
    except PapermillExecutionError:
        pass  # a failing cell: its frame has been sent
    except Exception as error:  # noqa: BLE001 - whatever papermill meets, the host hears of it
        progress.send("stumble", error=f"{type(error).__name__}: {error}"[:2000])
    if output.is_file() and output.stat().st_size <= MAX_NOTEBOOK_BYTES:
        progress.send("notebook", output.read_bytes())
