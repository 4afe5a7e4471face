"""Draws the inputs of a coding test: the author's own code, trusted, in a process of its own.

A group of cases is `cases/NAME.json`, or what the generator `NAME(random)` of `cases.py` yields; a
measured group is `NAME(random, n)` for each size n. Each group has randomness of its own, made
from the grade's seed, so that it stays the same whichever other groups are drawn.

`python -m autograder.capture.drawing REQUEST` is that process; it writes frames.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from autograder import paths
from autograder.capture.worker import wire
from autograder.capture.worker.plain import Encoder, NotPlain
from autograder.cases import Case
from autograder.errors import AssignmentError

WALL_S = 60.0
MAX_CASES = 5000
MAX_BYTES = 256 * 2**20
MAX_ITEMS = 10_000_000
TINY = (2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 28, 32, 45)
_FILE = "cases.py"
_LOCK = threading.Lock()


@dataclass(frozen=True)
class Group:
    """One group to draw: its answer's name, the generator's, and 0 or the largest size."""

    answer: str
    generator: str
    largest: int = 0


@dataclass(frozen=True)
class Drawn:
    """The inputs of all groups: frames `case` and `size`, as the judge takes them.

    Attributes:
        frames: in the order in which they run.
        body: the same as bytes.
    """

    frames: tuple[wire.Frame, ...]
    body: bytes


class Mistake(Exception):
    """Something that the author has to mend, as `what` and `fix`."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.fix = fix


def draw(folder: Path, sha256: str, groups: tuple[Group, ...], stdio: bool, seed: int) -> Drawn:
    """Draw the inputs of an assignment's groups; the same for the same arguments.

    Args:
        folder: the assignment's.
        sha256: of its files, so that none is drawn from older ones.

    Raises:
        AssignmentError: a generator fails, takes too long or yields what has no plain form.
    """
    with _LOCK:  # submission and reference ask for the same at the same time
        return _draw(folder, sha256, groups, stdio, seed)


def draw_anew(
    folder: Path, _sha256: str, groups: tuple[Group, ...], stdio: bool, seed: int
) -> Drawn:
    """As `draw`, but never taken from memory."""
    request = {
        "folder": str(folder),
        "groups": [asdict(group) for group in groups],
        "stdio": stdio,
        "seed": seed,
    }
    environment = {key: value for key, value in os.environ.items() if key in ("PATH", "SYSTEMROOT")}
    environment |= {"PYTHONPATH": str(paths.PACKAGE.parent), "PYTHONHASHSEED": "0", "TZ": "UTC"}
    environment |= {"PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - this interpreter, our own module
            [sys.executable, "-P", "-m", "autograder.capture.drawing", json.dumps(request)],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=WALL_S,
            env=environment,
            cwd=folder,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise AssignmentError(
            f"{folder.name}: the cases were not drawn within {WALL_S:.0f} s",
            fix=f"draw fewer or smaller ones in {_FILE}",
        ) from error
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        what, _, fix = (lines[-1] if lines else f"exit status {done.returncode}").partition("\t")
        raise AssignmentError(f"{folder.name}: {what[:300]}", fix=fix or f"mend {_FILE}")
    return Drawn(tuple(_parsed(done.stdout)), done.stdout)


def _parsed(body: bytes) -> Iterator[wire.Frame]:
    yield from wire.read(io.BytesIO(body), max_bytes=MAX_BYTES)


_draw = lru_cache(maxsize=4)(draw_anew)


def sizes(largest: int) -> list[int]:
    """The sizes that are tried: fine steps where 2ⁿ already takes long, then by the root of 2."""
    found = [n for n in TINY if n <= largest]
    step = 12
    while (n := round(2 ** (step / 2))) <= largest:
        found.append(n)
        step += 1
    return found


def main() -> int:
    """Draw one request; 0 if all frames were written."""
    request = json.loads(sys.argv[1])
    stream = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a generator prints is no frame
    folder = Path(request["folder"])
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True
    try:
        module: dict[str, Any] = {}
        for each in request["groups"]:
            group = Group(**each)
            if (
                not group.largest
                and (path := folder / "cases" / f"{group.generator}.json").is_file()
            ):
                _write(stream, group, _stored(path), request["stdio"])
                continue
            module = module or _imported(folder / _FILE)
            _write(stream, group, _generated(module, group, request["seed"]), request["stdio"])
    except Mistake as error:
        sys.stderr.write(f"{error}\t{error.fix}\n")
        return 1
    stream.flush()
    return 0


def _imported(path: Path) -> dict[str, Any]:
    spec = importlib.util.spec_from_file_location("cases", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise Mistake(f"no {_FILE} and no such file in cases/", f"write the generators in {_FILE}")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise Mistake(f"{_FILE} raised {_told(error)}", f"run python {_FILE}") from error
    return vars(module)


def _generated(module: Mapping[str, Any], group: Group, seed: int) -> Iterator[tuple[int, Case]]:
    function = module.get(group.generator)
    if not callable(function):
        raise Mistake(
            f"{_FILE} has no function {group.generator}", f"define {group.generator}(random)"
        )
    own = random.Random(f"{seed}:{group.answer}")  # noqa: S311 - to be drawn again from the seed
    try:
        if group.largest:
            for n in sizes(group.largest):
                yield n, _case(function(own, n), group.generator)
        else:
            for index, given in enumerate(function(own)):
                if index >= MAX_CASES:
                    raise Mistake(
                        f"{group.generator} yields more than {MAX_CASES} cases", "yield fewer"
                    )
                yield index, _case(given, group.generator)
    except Mistake:
        raise
    except Exception as error:
        raise Mistake(f"{group.generator} raised {_told(error)}", f"mend it in {_FILE}") from error


def _case(given: Any, name: str) -> Case:
    if isinstance(given, Case):
        return given
    if isinstance(given, tuple | str):
        return Case(given)
    raise Mistake(
        f"{name} gave a {type(given).__name__}",
        "give a tuple of arguments (a text in stdio mode), or a Case",
    )


def _stored(path: Path) -> Iterator[tuple[int, Case]]:
    try:
        rows = json.loads(path.read_text("utf-8-sig"))
    except (ValueError, OSError, RecursionError) as error:
        raise Mistake(f"{path.name} is no JSON: {_told(error)}", "mend that line") from error
    if not isinstance(rows, list):
        raise Mistake(f"{path.name} is no list", "write a list with an entry for each case")
    for index, row in enumerate(rows):
        note = None
        if isinstance(row, dict):
            note = row.get("note")
            row = row.get("args", row.get("input"))
        if not isinstance(row, list | str):
            raise Mistake(
                f"{path.name}, entry {index + 1} is no case",
                'write a list of arguments, a text, or {"args": […], "note": {…}}',
            )
        yield index, Case(row if isinstance(row, str) else tuple(row), note)


def _write(stream: IO[bytes], group: Group, cases: Iterator[tuple[int, Case]], stdio: bool) -> None:
    count = 0
    for number, case in cases:
        count += 1
        if isinstance(case.given, str) is not stdio:
            wanted = "a text" if stdio else "a tuple of arguments"
            raise Mistake(
                f"{group.generator}: case {number} is no input of this mode", f"give {wanted}"
            )
        if not (case.note is None or {"ko", "en"} <= set(case.note)):
            raise Mistake(f"{group.generator}: a note without ko and en", "give both languages")
        body = case.given if isinstance(case.given, str) else _encoded(case.given, group.generator)
        wire.write(
            stream,
            "size" if group.largest else "case",
            body.encode("utf-8", "surrogateescape"),
            group=group.answer,
            index=number,
            note=dict(case.note) if case.note else None,
        )
    if not count:
        raise Mistake(f"{group.generator} gives no case", "yield at least one")


def _encoded(given: Sequence[Any], name: str) -> str:
    try:
        return json.dumps(Encoder(MAX_ITEMS).encode(list(given)), allow_nan=False)
    except NotPlain as error:
        raise Mistake(
            f"{name} gave a value without a plain form: {error}",
            "use numbers, texts, lists, sets, dicts, dates",
        ) from error


def _told(error: BaseException) -> str:
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0][:200] if lines else ''}"


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main())
