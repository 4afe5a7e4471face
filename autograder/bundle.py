"""The bundle: a run's answers as sealed files, content-addressed and immutable.

    bundle/
      answers/daily_revenue.parquet   what arrived, byte for byte
      run.json                        cells, seconds, problems (not part of the address)
      bundle.json                     names, media, sizes, hashes; written last, so a folder
                                      without it is no bundle

Sealing looks at names, sizes and hashes only. `open_bundle` checks them again, and `load` decodes
an answer as hostile input within caps; it is called in the grading process, never beside secrets.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import struct
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder import plain
from autograder.errors import BundleError
from autograder.models import FORMAT_VERSION, AnswerSpec, CellRun, Run

if TYPE_CHECKING:
    import pyarrow as pa

SEAL = "bundle.json"
RUN = "run.json"
NOTEBOOK = "executed.ipynb"
ANSWERS = "answers"
MAX_ANSWER_MB = 32
MAX_ROWS = 1_000_000
MAX_COLUMNS = 300
MAX_FRAME_MB = 512
MAX_PNG_PIXELS = 20_000_000
MAX_JSON_BYTES = 16 * 2**20  # a thousand cells that each raise a long error
_MEDIA = {"parquet": b"PAR1", "json": b"", "png": b"\x89PNG\r\n\x1a\n"}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")


@dataclass(frozen=True)
class Entry:
    """One sealed answer: its media, its size, its hash."""

    media: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Bundle:
    """A sealed bundle on disk.

    Attributes:
        address: sha256 over names, media and hashes of the answers.
        problems: name to (code, detail), for answers that did not arrive.
    """

    folder: Path
    address: str
    entries: Mapping[str, Entry]
    problems: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    run: Run = Run()


def seal(
    folder: Path,
    answers: Mapping[str, tuple[str, bytes]],
    *,
    problems: Mapping[str, tuple[str, str]],
    run: Run,
    notebook: bytes | None = None,
) -> Bundle:
    """Write a new bundle; the folder appears whole or not at all.

    An answer that breaks a cap is left out and becomes a problem. Of those who seal the same
    answers there at the same time, the first one's stays; other answers replace what is there.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    scratch.chmod(0o755)
    (scratch / ANSWERS).mkdir()
    entries: dict[str, Entry] = {}
    found = dict(problems)
    for name, (media, body) in sorted(answers.items()):
        if code := _refusal(name, media, body):
            found[name] = code
            continue
        (scratch / ANSWERS / f"{name}.{media}").write_bytes(body)
        entries[name] = Entry(media, len(body), hashlib.sha256(body).hexdigest())
    if notebook is not None:
        (scratch / NOTEBOOK).write_bytes(notebook)
    (scratch / RUN).write_text(_json({"run": asdict(run), "problems": found}), "utf-8")
    listing = {name: asdict(entry) for name, entry in entries.items()}
    address = _address(entries)
    seal_text = _json({"format_version": FORMAT_VERSION, "address": address, "answers": listing})
    (scratch / SEAL).write_text(seal_text, "utf-8")
    try:
        scratch.rename(folder)
    except OSError:
        if _sealed_address(folder) == address:
            shutil.rmtree(scratch)
            return open_bundle(folder)
        shutil.rmtree(folder)
        scratch.rename(folder)
    return Bundle(folder, address, entries, found, run)


def _sealed_address(folder: Path) -> str:
    try:
        return open_bundle(folder).address
    except BundleError:
        return ""


def _refusal(name: str, media: str, body: bytes) -> tuple[str, str] | None:
    if not _NAME.fullmatch(name) or media not in _MEDIA:
        return ("bad_name", ascii(name)[:80])
    if len(body) > MAX_ANSWER_MB * 2**20:
        return ("too_large", str(len(body) // 2**20 + 1))
    if not body.startswith(_MEDIA[media]):
        return (f"bad_{media}", "")
    return None


def _address(entries: Mapping[str, Entry]) -> str:
    lines = (f"{name}\0{entry.media}\0{entry.sha256}\n" for name, entry in sorted(entries.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def open_bundle(folder: Path) -> Bundle:
    """Open a bundle and check every hash.

    Raises:
        BundleError: it is not sealed, not ours, or was changed.
    """
    tree = _read_json(folder / SEAL)
    try:
        entries = {str(name): Entry(**entry) for name, entry in tree["answers"].items()}
        stored, version = tree["address"], tree["format_version"]
    except (KeyError, TypeError, AttributeError) as error:
        raise BundleError("not_sealed", name=folder.name) from error
    if version != FORMAT_VERSION or _address(entries) != stored:
        raise BundleError("not_sealed", name=folder.name)
    for name, entry in entries.items():
        body = _body(folder, name, entry)
        if hashlib.sha256(body).hexdigest() != entry.sha256:
            raise BundleError("changed", name=name)
    rest = _read_json(folder / RUN)
    return Bundle(folder, stored, entries, _problems(rest), _run(rest))


def _body(folder: Path, name: str, entry: Entry) -> bytes:
    if not _NAME.fullmatch(name) or entry.media not in _MEDIA:
        raise BundleError("bad_name", name=ascii(name)[:80])
    path = folder / ANSWERS / f"{name}.{entry.media}"
    if path.is_symlink() or not path.is_file():
        raise BundleError("link", name=name)
    if path.stat().st_size != entry.bytes or entry.bytes > MAX_ANSWER_MB * 2**20:
        raise BundleError("changed", name=name)
    return path.read_bytes()


def _read_json(path: Path) -> Any:
    try:
        if path.is_symlink() or path.stat().st_size > MAX_JSON_BYTES:
            raise BundleError("not_sealed", name=path.parent.name)
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BundleError("not_sealed", name=path.parent.name) from error


def _problems(rest: Any) -> dict[str, tuple[str, str]]:
    try:
        listed = rest["problems"].items()
        return {str(name): (str(code), str(detail)) for name, (code, detail) in listed}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BundleError("not_sealed", name=RUN) from error


def _run(rest: Any) -> Run:
    try:
        fields = dict(rest["run"])
        fields["cells"] = tuple(CellRun(**cell) for cell in fields["cells"])
        return Run(**fields)
    except (KeyError, TypeError) as error:
        raise BundleError("not_sealed", name=RUN) from error


def load(bundle: Bundle, spec: AnswerSpec) -> Any:
    """Decode one answer: a `pyarrow.Table`, a plain value, or a figure as a dict.

    Function answers come as `[{"value": …, "error": …}, …]`, one a call. A figure is
    `{"png": bytes, "axes": [...]}`.

    Raises:
        BundleError: it breaks a cap or is not what its media says.
    """
    entry = bundle.entries[spec.name]
    body = _body(bundle.folder, spec.name, entry)
    if entry.media == "parquet":
        return _load_frame(spec.name, body)
    if entry.media == "png":
        return _load_figure(spec.name, body)
    value = plain.loads(body, spec.name, most=_LONG.get(spec.type, plain.MAX_BYTES))
    if not _KINDS[spec.type](value):
        raise BundleError("bad_type", name=spec.name, type=type(value).__name__)
    return value


_LONG = {"cases": MAX_ANSWER_MB * 2**20}
"""Types whose documents may be long: a thousand cases, each with its input and its output."""


def _is_calls(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(v, dict) and set(v) == {"value", "error"} for v in value
    )


_KINDS: dict[str, Any] = {
    "scalar": lambda value: not isinstance(value, list | dict | set),
    "text": lambda value: isinstance(value, str),
    "list": lambda value: isinstance(value, list | set),
    "dict": lambda value: isinstance(value, dict),
    "function": _is_calls,
    "cases": lambda value: isinstance(value, dict),
    "growth": lambda value: isinstance(value, dict),
    "parse": lambda value: isinstance(value, dict),
    "graph": lambda value: isinstance(value, dict),
    "runs": lambda value: isinstance(value, dict),
}


def _load_frame(name: str, body: bytes) -> pa.Table:
    """Read Parquet batch by batch, so that a lying footer cannot make it fill the memory."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(
            pa.BufferReader(body),
            thrift_string_size_limit=2**20,
            thrift_container_size_limit=2**18,
            memory_map=False,
        )
        claimed, columns = file.metadata.num_rows, file.metadata.num_columns
        if claimed > MAX_ROWS or claimed < 0:
            raise BundleError("too_many_rows", name=name, rows=claimed, limit=MAX_ROWS)
        if columns > MAX_COLUMNS:
            raise BundleError("too_many_columns", name=name, columns=columns, limit=MAX_COLUMNS)
        batches, size, rows = [], 0, 0
        for batch in file.iter_batches(batch_size=65536):
            size, rows = size + batch.nbytes, rows + batch.num_rows
            if rows > claimed:
                raise BundleError("bad_parquet", name=name)
            if size > MAX_FRAME_MB * 2**20:
                raise BundleError(
                    "too_large", name=name, size_mb=size // 2**20, limit_mb=MAX_FRAME_MB
                )
            batches.append(batch)
        table = pa.Table.from_batches(batches, file.schema_arrow).replace_schema_metadata(None)
        table.validate(full=True)
        if rows < claimed:
            raise BundleError("bad_parquet", name=name)
    except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        raise BundleError("bad_parquet", name=name) from error
    return table


def _load_figure(name: str, body: bytes) -> dict[str, Any]:
    try:
        width, height = struct.unpack(">II", body[16:24])
    except struct.error as error:
        raise BundleError("bad_png", name=name) from error
    if not 0 < width * height <= MAX_PNG_PIXELS:
        raise BundleError("bad_png", name=name)
    chunk = next(
        (
            text
            for kind, text in _chunks(body)
            if kind == b"tEXt" and text.startswith(b"pioneers\0")
        ),
        b"",
    )
    try:
        axes = plain.loads(chunk.partition(b"\0")[2] or b"[]", name)
    except BundleError as error:
        raise BundleError("bad_png", name=name) from error
    if not isinstance(axes, list) or not all(isinstance(each, dict) for each in axes):
        raise BundleError("bad_png", name=name)
    return {"png": body, "axes": axes}


def _chunks(body: bytes) -> Sequence[tuple[bytes, bytes]]:
    found: list[tuple[bytes, bytes]] = []
    at = 8
    while at + 12 <= len(body) and len(found) < 1000:
        (length,) = struct.unpack(">I", body[at : at + 4])
        found.append((body[at + 4 : at + 8], body[at + 8 : at + 8 + length]))
        at += 12 + length
    return found
