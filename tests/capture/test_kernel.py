"""The member's kernel: a fork of the worker, or a process of its own, is one and the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ASK = """
import json, os, sys, time
from pathlib import Path
from autograder.capture.worker import kernel

where, forked = sys.argv[1:]
held = os.open(sys.argv[0], os.O_RDONLY)  # what a kernel must not find open
sys.modules["fractions"] = None  # what this process does without
waiting = kernel.Fork(["decimal", "no.such.module"], ["fractions"]) if forked == "yes" else None
from autograder.capture.worker import manager

mine = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
managed = manager.start(waiting, Path(where), {**mine, "SET": "yes"})
import asyncio, atexit
do = asyncio.get_event_loop().run_until_complete
atexit.register(lambda: do(managed.provisioner.kill()))  # it holds what is read to its end
client = managed.client()
client.start_channels()
get, heard = client.iopub_channel.get_msg, []

async def listen(**how):
    heard.append("nothing")
    message = await get(**how)
    heard[-1] = message["msg_type"]
    return message

client.iopub_channel.get_msg = listen
do(client.wait_for_ready(timeout=60))
client.iopub_channel.get_msg = get

def ask(code, timeout=60):
    said = []
    hook = lambda m: said.append(m["content"].get("text", m["content"].get("ename", "")))
    do(client.execute_interactive(code, timeout=timeout, output_hook=hook))
    return "".join(said)

facts = json.loads(ask('''
import decimal, fractions, json, os, sys
print(json.dumps({
    "argv": [each for each in sys.argv[1:] if not each.endswith(".json") and "parent" not in each],
    "cwd": os.getcwd(),
    "path": sys.path,
    "set": os.environ.get("SET"),
    "pythonpath": os.environ.get("PYTHONPATH"),
    "worker": "autograder.capture.worker.manager" in sys.modules,
    "open": [os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd")
             if os.path.lexists(f"/proc/self/fd/{fd}")],
    "leads": os.getsid(0) == os.getpid() == os.getpgid(0),
    "read": os.read(0, 1).decode(),
    "process": __import__("multiprocessing").current_process().name,
    "main": type("x", (), {}).__module__,
}))'''))

async def interrupted():
    asked = client.execute("print('now', flush=True); import time; time.sleep(600)")
    while (await client.get_iopub_msg(timeout=60))["content"].get("text", "") != "now\\n":
        pass
    for _ in range(60):
        await managed.interrupt_kernel()  # lost where it comes just before the sleep begins
        try:
            return (await client._async_recv_reply(asked, timeout=1))["content"]["ename"]
        except TimeoutError:
            pass

async def after_an_error():
    sent = [client.execute(code) for code in ("import time; time.sleep(0.2); 1 / 0", "2")]
    replies = [await client._async_recv_reply(asked, timeout=60) for asked in sent]
    return [reply["content"]["status"] for reply in replies]

facts["last heard"] = heard[-1]
facts["interrupt"] = do(interrupted())
facts["after an error"] = do(after_an_error())
facts["alive"] = do(managed.is_alive())
client.execute("import os; os._exit(3)")
began = time.monotonic()
while do(managed.is_alive()) and time.monotonic() < began + 30:
    do(asyncio.sleep(0.05))
facts["status"] = managed.provisioner.process.poll()
managed.provisioner.process.kill()  # nobody is there any more, or should not be
facts["again"] = managed.provisioner.process.wait()
print(json.dumps(facts))
"""
ROOT = Path(__file__).resolve().parents[2]


def asked(tmp_path: Path, forked: str) -> dict[str, Any]:
    script = tmp_path / "ask.py"
    script.write_text(ASK, "utf-8")
    own = tmp_path / "own"
    own.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(own), "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-P", str(script), str(tmp_path), forked],
        env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    facts: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return facts


@pytest.mark.skipif(sys.platform != "linux", reason="a fork is the kernel on Linux only")
def test_a_fork_is_the_kernel_that_a_process_of_its_own_would_be(tmp_path: Path) -> None:
    for name in ("forked", "own"):
        (tmp_path / name).mkdir()
    forked, own = asked(tmp_path / "forked", "yes"), asked(tmp_path / "own", "no")
    assert forked["cwd"] == str(tmp_path / "forked")
    assert own["cwd"] == str(tmp_path / "own")
    assert "ask.py" not in str(forked.pop("open"))
    assert str(tmp_path / "forked" / "own") not in forked["path"]
    for facts in (forked, own):
        facts.pop("cwd")
        facts.pop("open", None)
        assert facts.pop("last heard") != "nothing"  # once it is up, nobody waits for silence
    assert forked == own
    assert forked["set"] == "yes"
    assert forked["interrupt"] == "KeyboardInterrupt"
    assert forked["after an error"] == ["error", "ok"]
    assert forked["alive"] is True
    assert forked["status"] == forked["again"] == 3


def ran(source: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """A script that plays the worker, with a folder for the kernel as its argument.

    Its output is read to its end, so no kernel that holds it is left.
    """
    script = tmp_path / "worker.py"
    script.write_text(source, "utf-8")
    return subprocess.run(
        [sys.executable, "-P", str(script), str(tmp_path)], cwd=ROOT, timeout=120, check=False,
        env={**os.environ, "TMPDIR": str(tmp_path)}, capture_output=True, text=True,
    )  # fmt: skip


SILENT = """
import asyncio, os, sys, time
from pathlib import Path
from autograder.capture.worker import kernel, manager
waiting = kernel.Fork([], []) if kernel.can_fork() else None
managed = manager.start(waiting, Path(sys.argv[1]), dict(os.environ))
client = managed.client()
client.start_channels()
do = asyncio.get_event_loop().run_until_complete
said = []
for number in (19, 9):  # it stops, and then it ends
    os.kill(managed.provisioner.pid, number)
    try:
        do(client.wait_for_ready(timeout=1.5 if number == 19 else 60))
    except RuntimeError as error:
        said.append(str(error))
print("; ".join(said))
"""


def test_a_kernel_that_stops_or_ends_before_it_is_up_is_told_of(tmp_path: Path) -> None:
    done = ran(SILENT, tmp_path)
    told = "the kernel did not answer in 1.5 s; the kernel ended before it answered\n"
    assert done.stdout == told, done.stderr


GIVES_WAY = """
import os, sys, time
from pathlib import Path
from autograder.capture.worker import kernel
waiting = kernel.Fork([], [], gives_way=True)
own = Path(f"/proc/{waiting.pid}/autogroup")
deadline = time.monotonic() + 30
while "nice 19" not in own.read_text() and time.monotonic() < deadline:
    time.sleep(0.01)
print(own.read_text(), os.getpriority(os.PRIO_PROCESS, waiting.pid))
waiting.kill()
"""


@pytest.mark.skipif(not Path("/proc/self/autogroup").exists(), reason="no groups by session here")
def test_a_kernel_that_gives_way_does_so_with_its_session(tmp_path: Path) -> None:
    done = ran(GIVES_WAY, tmp_path)
    assert done.stdout.split()[-3:] == ["nice", "19", "19"], done.stdout + done.stderr


LEAVES = """
import os, sys
from pathlib import Path
from autograder.capture.worker import kernel, manager
waiting = kernel.Fork([], []) if kernel.can_fork() else None
managed = manager.start(waiting, Path(sys.argv[1]), dict(os.environ))
print(managed.provisioner.pid, flush=True)
os.kill(os.getpid(), 9)
"""


def test_a_kernel_whose_worker_is_killed_ends_too(tmp_path: Path) -> None:
    done = ran(LEAVES, tmp_path)
    assert int(done.stdout) > 0
    assert done.returncode == -9
