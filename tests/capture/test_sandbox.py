"""The wall: what a notebook can see, touch and leave behind. Real bubblewrap, real papermill."""

from __future__ import annotations

import ast
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from autograder import paths, plain
from autograder.capture import room
from autograder.capture.notebook import Captured, capture
from autograder.capture.surroundings import Surroundings
from autograder.errors import DataError
from autograder.models import AnswerSpec, Limits
from autograder.submission import Cell, render_notebook, stage

pytestmark = pytest.mark.sandbox
SECRET = "made-up-secret-7f3a9c"
Capture = Callable[..., Captured]


@pytest.fixture(scope="session")
def run() -> Capture:
    """Capture cells: `run("x = 1", answers="x", data=None, files={}, wall_s=20)`."""

    def capture_cells(
        *sources: str,
        answers: str = "facts",
        kind: str = "dict",
        files: dict[str, str] | None = None,
        data: Path | None = None,
        drawn: Callable[[], object] = lambda: None,
        **limits: Any,
    ) -> Captured:
        with tempfile.TemporaryDirectory(prefix="test-") as name:
            base = Path(name)
            base.chmod(0o755)
            source = base / "in"
            source.mkdir()
            for file, text in (files or {}).items():
                (source / file).write_text(text)
            cells = [Cell("code", each) for each in sources]
            (source / "notebook.ipynb").write_text(render_notebook(cells), "utf-8")
            submission = stage(source, base / "staged")
            specs = [AnswerSpec(each, kind, 1.0) for each in answers.split()]  # type: ignore[arg-type]
            bounds = Limits(**{"wall_s": 30.0, "memory_mb": 1024, **limits})
            return capture([submission], specs, bounds, Surroundings(data, 7, drawn=drawn))[0]

    return capture_cells


def value(captured: Captured, name: str = "facts") -> Any:
    """An answer that arrived, decoded; the problem otherwise, as a failure."""
    assert name in captured.answers, (captured.problems, captured.run)
    return plain.loads(captured.answers[name][1], name)


def marked(marker: str) -> list[psutil.Process]:
    """The processes whose command line or environment carries a marker."""
    found = []
    for process in psutil.process_iter():
        try:
            if any(marker in word for word in process.cmdline()) and process.pid != os.getpid():
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.fixture
def marker(request: pytest.FixtureRequest) -> Iterator[str]:
    """A word for command lines; at the end of the test no process may carry it."""
    word = f"marker-{os.getpid()}-{abs(hash(request.node.nodeid))}"
    yield word
    _, alive = psutil.wait_procs(marked(word), timeout=5)
    assert alive == []


LOOK = """
import ctypes, os, pathlib, socket, subprocess, sys
facts = {"uid": os.getuid(), "gid": os.getgid(), "groups": os.getgroups()}

def tried(act):
    try:
        return f"done: {act()}"[:200]
    except BaseException as error:
        return type(error).__name__

def environments():
    seen = b""
    for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
        try:
            seen += path.read_bytes()
        except OSError:
            pass
    return seen.decode("utf-8", "replace")

facts["its own"] = os.stat("/proc/self/environ").st_uid == os.getuid()
facts["environment"] = dict(os.environ)
facts["environments"] = environments()
facts["processes"] = sorted(int(p.name) for p in pathlib.Path("/proc").glob("[0-9]*"))
"""

TOUCH = """
def mounted(path):
    return tried(lambda: pathlib.Path(path).read_bytes()[:50])

facts["read"] = {path: mounted(path) for path in PATHS}
facts["listed"] = {path: tried(lambda: os.listdir(path)) for path in FOLDERS}
WRITE = ["/x", "/usr/x", "/etc/x", "/pioneers/x", "/submission/x", "/submission/notebook.ipynb",
         "/data/x", "/data/t/part.txt", "/dev/x", "/proc/sys/kernel/hostname", sys.prefix + "/x",
         "/pioneers/autograder/capture/worker/x.py", "/sys/x", "/home/x", "/root/x", "/run/x"]
facts["wrote"] = {path: tried(lambda: pathlib.Path(path).write_text("x")) for path in WRITE}
facts["own"] = tried(lambda: pathlib.Path("/tmp/x").write_text("x"))
facts["cwd"] = tried(lambda: pathlib.Path("x").write_text("x"))
facts["removed"] = tried(lambda: os.remove("/submission/notebook.ipynb"))
facts["data"] = tried(lambda: pathlib.Path(data_dir, "t", "part.txt").read_text())
facts["seed"] = seed
"""

REACH = """
def connect(host, port, family=socket.AF_INET):
    with socket.socket(family) as s:
        s.settimeout(3)
        s.connect((host, port))

facts["listener"] = tried(lambda: connect("127.0.0.1", PORT))
facts["outside"] = tried(lambda: connect("1.1.1.1", 53))
facts["metadata"] = tried(lambda: connect("169.254.169.254", 80))
facts["six"] = tried(lambda: connect("2606:4700:4700::1111", 53, socket.AF_INET6))
facts["dns"] = tried(lambda: socket.getaddrinfo("example.org", 80))
facts["abstract"] = tried(lambda: connect(ABSTRACT, 0, socket.AF_UNIX) if False else
                          socket.socket(socket.AF_UNIX).connect(ABSTRACT))
facts["raw"] = tried(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
facts["interfaces"] = [name for _, name in socket.if_nameindex()]
with socket.socket() as server:
    server.bind(("127.0.0.1", 0)); server.listen()
    facts["own loopback"] = tried(lambda: connect(*server.getsockname()))
"""

ESCAPE = """
libc = ctypes.CDLL(None, use_errno=True)

def call(name, *arguments):
    code = getattr(libc, name)(*arguments)
    return "refused" if code < 0 else f"done: {code}"

facts["unshare user"] = call("unshare", 0x10000000)
facts["unshare mount"] = call("unshare", 0x00020000)
facts["mount"] = call("mount", b"none", b"/tmp", b"tmpfs", 0, None)
facts["remount"] = call("mount", b"none", b"/", None, 4096 | 32, None)
facts["umount"] = call("umount2", b"/submission", 2)
facts["ptrace"] = call("ptrace", 16, os.getppid(), 0, 0)
facts["setuid"] = call("setuid", 0)
facts["chroot"] = call("chroot", b"/tmp")
facts["swapon"] = call("swapon", b"/tmp/x", 0)
facts["hostname"] = call("sethostname", b"x", 1)
facts["bpf"] = call("syscall", 321, 0, 0, 0)
facts["keyctl"] = call("syscall", 250, 0, 0, 0)
facts["unshare command"] = subprocess.run(
    ["unshare", "-Ur", "true"], capture_output=True, check=False).returncode
facts["status"] = pathlib.Path("/proc/self/status").read_text()
facts["sysrq"] = tried(lambda: pathlib.Path("/proc/sysrq-trigger").write_text("h"))
facts["oom"] = tried(lambda: pathlib.Path("/proc/self/oom_score_adj").write_text("-1000"))
facts["devices"] = sorted(os.listdir("/dev"))
facts["mknod"] = tried(lambda: os.mknod("/tmp/disk", 0o060666, os.makedev(8, 0)))
facts["parent file"] = tried(lambda: os.listdir(f"/proc/{os.getppid()}/fd"))
facts["job"] = tried(lambda: pathlib.Path("/pioneers/job-1.json").write_text("{}"))
"""

SHADOWS = """
import json, pandas, random, subprocess
facts["shadowed"] = [m.__name__ for m in (json, pandas, random, subprocess, sys)
                     if getattr(m, "SHADOW", False)]
facts["markers"] = sorted(p.name for p in pathlib.Path("/tmp").rglob("shadow-*"))
import helper
facts["helper"] = helper.ANSWER
facts["beside"] = pathlib.Path("note.txt").read_text()
import pioneers
facts["our module"] = pioneers.__file__
facts["its files"] = sorted(p.name for p in pathlib.Path(pioneers.__file__).parents[1].iterdir())
pioneers.use("s3://bucket/elsewhere")
facts["tables"] = pioneers.data("t")["x"].tolist()
facts["no such table"] = tried(lambda: pioneers.data("users"))
facts["into ours"] = tried(lambda: pathlib.Path(pioneers.__file__).write_text("x"))
"""
SHADOW = "import pathlib\nSHADOW = True\npathlib.Path('/tmp/shadow-' + __name__).touch()\n"
SHADOWED = ("pandas", "json", "random", "subprocess", "sitecustomize", "usercustomize", "conftest",
            "autograder", "papermill", "pioneers", "ipykernel_launcher", "nbformat",
            "pyarrow")  # fmt: skip


# The worker's own, and what bubblewrap, jupyter_client and ipykernel add in the sandbox.
OWN_VARIABLES = {
    *("PATH", "HOME", "LANG", "TZ", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PWD", "TERM"),
    *("PYTHONHASHSEED", "MPLBACKEND", "MPLCONFIGDIR", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "PAGER"),
    *("JUPYTER_PLATFORM_DIRS", "JPY_PARENT_PID", "JPY_SESSION_NAME", "CLICOLOR", "CLICOLOR_FORCE"),
    *("FORCE_COLOR", "GIT_PAGER", "PYDEVD_USE_FRAME_EVAL", "LC_CTYPE"),
    *("PIONEERS_MOUNT", "PIONEERS_LANGUAGE"),
}


@pytest.fixture(scope="session")
def listener() -> Iterator[int]:
    """A server of the host on 127.0.0.1, and one on an abstract socket."""
    with socket.socket() as server, socket.socket(socket.AF_UNIX) as abstract:
        # Not any free port: the kernel has six of those on the sandbox's own loopback, and one
        # may be the same.
        for port in range(20_000, 30_000):
            with contextlib.suppress(OSError):
                server.bind(("127.0.0.1", port))
                break
        server.listen()
        abstract.bind(f"\0pioneers-test-{os.getpid()}")
        abstract.listen()
        yield server.getsockname()[1]


@pytest.fixture(scope="session")
def facts(run: Capture, listener: int, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One run of a curious notebook, with a secret and a file of ours to look for."""
    ours = tmp_path_factory.mktemp("ours")
    (ours / "secret.txt").write_text(SECRET)
    data = ours / "drawn" / "data"  # what lies beside a folder of data is seen with it
    (data / "t").mkdir(parents=True)
    data.parent.chmod(0o755)
    (data / "t" / "part.txt").write_text("rows")
    pq.write_table(pa.table({"x": [1, 2]}), data / "t" / "part-00000.parquet")
    listed = {"files": [{"path": "t/part-00000.parquet"}], "rows": 2}
    (data / "manifest.json").write_text(json.dumps({"tables": {"t": listed}}))
    here = Path(__file__)
    read = ["/etc/shadow", "/etc/hostname", "/etc/machine-id", str(here), str(ours / "secret.txt"),
            str(paths.PACKAGE / "pipeline.py"), str(paths.PACKAGE / "grade" / "plugin.py"),
            "/proc/1/environ", "/proc/1/root/etc/shadow", "/proc/kcore", "/dev/mem", "/dev/sda",
            "/pioneers/autograder/pipeline.py", "/proc/1/cwd/etc/shadow"]  # fmt: skip
    listed = ["/root", "/home", "/var", "/sys/fs/cgroup", str(here.parent), str(ours),
              str(paths.PACKAGE.parent / "assignments"), str(Path.home()), "/run"]  # fmt: skip
    setting = f"PATHS = {read!r}\nFOLDERS = {listed!r}\nPORT = {listener}\n"
    setting += f"ABSTRACT = '\\0pioneers-test-{os.getpid()}'\n"
    files = {f"{name}.py": SHADOW for name in SHADOWED}
    files |= {"pytest.ini": "[pytest]\naddopts = --version\n", "helper.py": "ANSWER = 42\n"}
    files |= {"note.txt": "hello", "pyproject.toml": "[", "setup.cfg": "[", ".env": "A=1"}
    os.environ["PIONEERS_TEST_TOKEN"] = SECRET
    try:
        captured = run(*(setting + LOOK, TOUCH, REACH, ESCAPE, SHADOWS), files=files, data=data)
    finally:
        del os.environ["PIONEERS_TEST_TOKEN"]
    assert [cell.status for cell in captured.run.cells] == ["ok"] * 5, captured.run.cells
    return dict(value(captured))


def test_the_notebook_is_nobody(facts: dict[str, Any]) -> None:
    assert facts["uid"] not in (0, os.getuid()) or os.getuid() != 0
    assert facts["uid"] != 0
    assert facts["gid"] != 0
    assert 0 not in facts["groups"]
    status = dict(line.split(":\t", 1) for line in facts["status"].splitlines() if ":\t" in line)
    for kind in ("CapPrm", "CapEff", "CapAmb"):
        assert int(status[kind], 16) == 0, kind
    assert status["NoNewPrivs"] == "1"
    assert facts["its own"]  # as with any program that was started by this user


def test_no_variable_of_the_grader_is_seen(facts: dict[str, Any]) -> None:
    assert SECRET not in facts["environments"]
    assert SECRET not in str(facts["environment"])
    assert "PYTEST_CURRENT_TEST" not in facts["environment"]
    assert set(facts["environment"]) <= OWN_VARIABLES


def test_no_process_of_the_host_is_seen(facts: dict[str, Any]) -> None:
    assert 1 in facts["processes"]
    assert len(facts["processes"]) < 20


def test_nothing_of_the_host_is_read(facts: dict[str, Any]) -> None:
    assert {path: said for path, said in facts["read"].items() if said.startswith("done")} == {}
    for path, said in facts["listed"].items():
        seen = ast.literal_eval(said.removeprefix("done: ")) if said.startswith("done") else []
        for inner in (Path(path) / name for name in seen):  # the way to this interpreter
            assert any(folder.is_relative_to(inner) for folder in room.runtime()), inner


def test_nothing_but_its_own_folder_is_written(facts: dict[str, Any]) -> None:
    assert {path: said for path, said in facts["wrote"].items() if said.startswith("done")} == {}
    assert facts["removed"] in ("OSError", "PermissionError")
    assert facts["job"] in ("OSError", "PermissionError")
    assert facts["own"] == facts["cwd"] == "done: 1"


def test_data_and_parameters_are_there(facts: dict[str, Any]) -> None:
    assert facts["data"] == "done: rows"
    assert facts["seed"] == 7


def test_the_members_module_is_ours_and_reads_the_mount(facts: dict[str, Any]) -> None:
    assert facts["our module"] == "/pioneers/member/pioneers/__init__.py"
    assert facts["its files"] == ["pioneers"]
    assert facts["tables"] == [1, 2]
    assert facts["no such table"] == "UnknownTable"
    assert not facts["into ours"].startswith("done")


def test_without_data_the_members_module_says_so(
    run: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIONEERS_LANGUAGE", "en")
    look = "import pioneers\ntry:\n    pioneers.data('t')\n"
    look += "except pioneers.DataError as error:\n    facts = {'said': str(error)}"
    assert value(run(look))["said"].startswith("This assignment has no data.")


def test_there_is_no_network_but_a_loopback_of_its_own(facts: dict[str, Any]) -> None:
    for way in ("listener", "outside", "metadata", "six", "dns", "abstract", "raw"):
        assert not facts[way].startswith("done"), way
    assert facts["own loopback"].startswith("done")
    assert facts["interfaces"] == ["lo"]


@pytest.mark.parametrize(
    "call",
    ["unshare user", "unshare mount", "mount", "remount", "umount", "ptrace", "setuid", "chroot",
     "swapon", "hostname", "bpf", "keyctl"],
)  # fmt: skip
def test_calls_that_lead_out_are_refused(call: str, facts: dict[str, Any]) -> None:
    assert facts[call] == "refused"


def test_other_ways_out_are_closed(facts: dict[str, Any]) -> None:
    assert facts["unshare command"] != 0
    for way in ("sysrq", "oom", "mknod"):
        assert not facts[way].startswith("done"), way
    assert set(facts["devices"]) <= {
        *("null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "shm", "fd", "core"),
        *("stdin", "stdout", "stderr", "console"),
    }


def test_files_beside_the_notebook_shadow_nothing_and_can_be_used(facts: dict[str, Any]) -> None:
    assert facts["shadowed"] == []
    assert facts["markers"] == []
    assert facts["helper"] == 42
    assert facts["beside"] == "hello"


# ---------------------------------------------------------------- limits

BEFORE = "before = {'a': 1}"
AFTER = "after = {'b': 2}"
STUBBORN = """
import signal, time
for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(each, signal.SIG_IGN)
while True:
    try:
        time.sleep(0.1)
    except BaseException:
        pass
"""
FORKS = "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass"
CASES: dict[str, tuple[str, dict[str, Any], str, bool]] = {
    # name: (the cell, limits, why it was stopped, whether later answers arrive)
    "endless loop": ("while True: pass", {"wall_s": 3}, "wall", True),
    "deaf loop": (STUBBORN, {"wall_s": 3}, "wall", False),
    "computing too much": ("while True: pass", {"cpu_s": 4, "wall_s": 60}, "cpu", False),
    "printing without end": ("while True: print('x' * 99)", {"output_mb": 1, "memory_mb": 2048},
                             "output", True),
    "fork bomb": (FORKS, {"wall_s": 4, "processes": 64}, "wall", False),
    "filling memory": ("x = []\nwhile True: x.append(bytearray(10**7))", {"memory_mb": 400},
                       "memory", False),
    "filling /dev/shm": ("for k in range(99): open(f'/dev/shm/{k}', 'wb').write(bytes(10**7))",
                         {"memory_mb": 1024}, "", True),
    "filling /tmp": ("for k in range(99): open(f'/tmp/{k}', 'wb').write(bytes(10**7))",
                     {"memory_mb": 512}, "", False),
    "leaving the kernel": ("import os; os._exit(0)", {}, "crash", False),
    "killing the parent": ("import os; os.kill(os.getppid(), 9)", {}, "crash", False),
    "killing everything": ("import os; os.kill(-1, 9)", {}, "crash", False),
    "crashing the interpreter": ("import ctypes; ctypes.string_at(0)", {}, "crash", False),
    "an error": ("1 / 0", {}, "", True),
    "an exit": ("raise SystemExit(0)", {}, "", True),
    "an interrupt of its own": ("raise KeyboardInterrupt", {}, "", True),
    "an error that cannot be told": (
        "class E(Exception):\n    def __str__(self): raise ValueError\nraise E", {}, "", True),
    "an error of half a surrogate pair": ("raise ValueError('\\ud800')", {}, "", True),
    "closing every file": ("import os; os.closerange(0, 3)", {}, "", True),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_broken_cell_costs_what_depends_on_it_and_no_more(case: str, run: Capture) -> None:
    source, limits, stopped, goes_on = CASES[case]
    started = time.monotonic()
    captured = run(BEFORE, source, AFTER, answers="before after", **limits)
    assert time.monotonic() - started < 60
    assert captured.run.stopped == stopped
    assert value(captured, "before") == {"a": 1}
    assert ("after" in captured.answers) is goes_on
    assert captured.run.cells[1].status != "ok" or stopped or goes_on


def test_nothing_that_a_notebook_started_outlives_it(run: Capture, marker: str) -> None:
    orphans = f"""
import os, subprocess, sys, threading, time
code = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(300)"
subprocess.Popen([sys.executable, "-c", code, {marker!r}], start_new_session=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv(sys.executable, [sys.executable, "-c", code, {marker!r}])
    os._exit(0)
threading.Thread(target=time.sleep, args=(300,)).start()
time.sleep(0.5)
count = "grep -la {marker} /proc/*/cmdline | wc -l"
facts = {{"started": int(subprocess.check_output(["sh", "-c", count]))}}
"""
    captured = run(orphans)
    assert value(captured)["started"] >= 2
    assert captured.run.stopped == ""


@pytest.mark.parametrize("before", [None, "old"])
def test_data_that_come_while_the_sandbox_starts_are_there_when_the_notebook_runs(
    run: Capture, tmp_path: Path, before: str | None
) -> None:
    data = tmp_path / "data" / "games@0.01#7"
    if before:
        data.mkdir(parents=True)
        (data / "part.txt").write_text(before)

    def draw() -> None:
        scratch = data.with_name("scratch")
        scratch.mkdir()
        if before:
            data.rename(data.with_name("aside"))
        (scratch / "part.txt").write_text("drawn late")
        scratch.rename(data)

    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    captured = run(
        "from pathlib import Path\nfacts = {'text': Path(data_dir, 'part.txt').read_text()}",
        "try:\n    Path(data_dir, 'x').touch()\nexcept OSError as e:\n    facts['error'] = e.errno",
        data=data,
        drawn=draw,
    )
    assert value(captured) == {"text": "drawn late", "error": 30}  # EROFS


def test_data_that_cannot_be_drawn_end_the_sandbox(run: Capture, marker: str) -> None:
    def fail() -> None:
        raise DataError("no space for the data")

    with pytest.raises(DataError, match="no space for the data"):
        run(f"marker = {marker!r}", drawn=fail)
    assert marked(marker) == []


GRADER = """
import sys
from pathlib import Path
from autograder.capture.notebook import capture
from autograder.capture.surroundings import Surroundings
from autograder.models import Limits
from autograder.submission import stage
staged = stage(Path(sys.argv[1]), Path(sys.argv[2]))
capture([staged], (), Limits(wall_s=100), Surroundings(None, 1))
"""


def test_with_the_grader_killed_the_sandbox_is_gone(
    run: Capture, marker: str, tmp_path: Path
) -> None:
    code = f"'import time; time.sleep(300)', {marker!r}"
    sleep = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {code}])"
    (tmp_path / "notebook.ipynb").write_text(render_notebook([Cell("code", sleep)]))
    tmp_path.chmod(0o755)
    grader = subprocess.Popen(
        [sys.executable, "-c", GRADER, tmp_path / "notebook.ipynb", tmp_path / "staged"],
        cwd=paths.PACKAGE.parent,
    )
    try:
        deadline = time.monotonic() + 60
        while not marked(marker):
            assert grader.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
    finally:
        inside = marked(marker)
        grader.kill()
        grader.wait()
    assert inside
    _, alive = psutil.wait_procs(inside, timeout=10)
    assert alive == []
