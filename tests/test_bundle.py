"""Bundles as hostile input: changed, forged, giant and lying ones are refused, in words."""

from __future__ import annotations

import io
import json
import random
import struct
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from autograder.bundle import (
    MAX_ANSWER_MB,
    MAX_COLUMNS,
    MAX_ROWS,
    RUN,
    SEAL,
    Bundle,
    load,
    open_bundle,
    seal,
)
from autograder.errors import BundleError
from autograder.grade.compare import compare_answer
from autograder.models import LANGUAGES, AnswerSpec, CellRun, Run
from autograder.text.catalogue import catalogue

FRAME = AnswerSpec("sales", "frame", 1.0)
TOTAL = AnswerSpec("total", "scalar", 1.0)
PLOT = AnswerSpec("plot", "figure", 1.0)
TABLE = pa.table({"day": ["a", "b"], "won": [1, 2]})


def parquet(table: pa.Table, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def png(width: int = 4, height: int = 4, axes: bytes | None = b"[]") -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    text = b"" if axes is None else chunk(b"tEXt", b"pioneers\0" + axes)
    pixels = zlib.compress(b"\0" * 100)
    parts = (chunk(b"IHDR", header), text, chunk(b"IDAT", pixels), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def sealed(tmp_path: Path, run: Run | None = None, **answers: tuple[str, bytes]) -> Bundle:
    return seal(tmp_path / "bundle", answers, problems={}, run=run or Run())


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return sealed(
        tmp_path,
        Run(cells=(CellRun(3, "error", 0.5, "ValueError", "하루 매출"),), stopped="wall"),
        sales=("parquet", parquet(TABLE)),
        total=("json", b"7"),
        plot=("png", png(axes=b'[{"lines": 1}]')),
    )


def refused(error: BundleError, code: str) -> None:
    """The code is the one, and both languages have a sentence and a next step for it."""
    assert error.code == code
    for language in LANGUAGES:
        words = catalogue(language)
        assert words.say(f"bundle.{code}", **error.params)
        assert words.say(f"bundle.{code}.next")


def refused_to_open(folder: Path, code: str) -> None:
    with pytest.raises(BundleError) as caught:
        open_bundle(folder)
    refused(caught.value, code)


def refused_to_load(tmp_path: Path, spec: AnswerSpec, body: bytes, code: str) -> None:
    media = {"frame": "parquet", "figure": "png"}.get(spec.type, "json")
    found = sealed(tmp_path, **{spec.name: (media, body)})
    if spec.name in found.problems:
        assert found.problems[spec.name][0] == code
        return
    with pytest.raises(BundleError) as caught:
        load(open_bundle(found.folder), spec)
    refused(caught.value, code)


# ---------------------------------------------------------------- sealing and opening


def test_what_was_sealed_is_what_is_opened(bundle: Bundle) -> None:
    opened = open_bundle(bundle.folder)
    assert opened == bundle
    assert load(opened, FRAME).equals(TABLE)
    assert load(opened, TOTAL) == 7
    assert load(opened, PLOT)["axes"] == [{"lines": 1}]


def test_the_address_is_of_the_answers_alone(tmp_path: Path) -> None:
    one = sealed(tmp_path / "1", Run(seconds=1.0), total=("json", b"7"))
    two = sealed(tmp_path / "2", Run(seconds=2.0), total=("json", b"7"))
    other = sealed(tmp_path / "3", Run(seconds=1.0), total=("json", b"8"))
    assert one.address == two.address != other.address


def test_every_changed_byte_is_noticed(bundle: Bundle) -> None:
    for path in sorted((bundle.folder / "answers").iterdir()):
        body = path.read_bytes()
        for at in (0, len(body) // 2, len(body) - 1):
            path.write_bytes(body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :])
            refused_to_open(bundle.folder, "changed")
        path.write_bytes(body + b" ")
        refused_to_open(bundle.folder, "changed")
        path.write_bytes(body)
    assert open_bundle(bundle.folder) == bundle


def test_a_missing_answer_is_noticed(bundle: Bundle) -> None:
    (bundle.folder / "answers" / "total.json").unlink()
    refused_to_open(bundle.folder, "link")


def test_a_link_in_place_of_an_answer_is_never_followed(bundle: Bundle, tmp_path: Path) -> None:
    path = bundle.folder / "answers" / "total.json"
    path.rename(tmp_path / "same-bytes.json")
    path.symlink_to(tmp_path / "same-bytes.json")
    refused_to_open(bundle.folder, "link")


def test_a_link_in_place_of_the_seal_is_never_followed(bundle: Bundle, tmp_path: Path) -> None:
    (bundle.folder / SEAL).rename(tmp_path / "seal.json")
    (bundle.folder / SEAL).symlink_to(tmp_path / "seal.json")
    refused_to_open(bundle.folder, "not_sealed")


def test_a_folder_without_its_seal_is_no_bundle(bundle: Bundle) -> None:
    (bundle.folder / SEAL).unlink()
    refused_to_open(bundle.folder, "not_sealed")


FORGED_SEALS: dict[str, Any] = {
    "no json": "{",
    "a list": [],
    "null": None,
    "nothing in it": {},
    "answers are a list": {"answers": [], "address": "", "format_version": 1},
    "an answer is null": {"answers": {"total": None}, "address": "", "format_version": 1},
    "an answer with more fields": {
        "answers": {"total": {"media": "json", "bytes": 1, "sha256": "", "x": 1}},
        "address": "",
        "format_version": 1,
    },
    "an answer without fields": {"answers": {"total": {}}, "address": "", "format_version": 1},
    "deep": "[" * 100_000,
}


@pytest.mark.parametrize("case", FORGED_SEALS)
def test_a_forged_seal_is_refused(case: str, bundle: Bundle) -> None:
    forged = FORGED_SEALS[case]
    (bundle.folder / SEAL).write_text(forged if isinstance(forged, str) else json.dumps(forged))
    refused_to_open(bundle.folder, "not_sealed")


@pytest.mark.parametrize("key", ["address", "format_version"])
def test_a_seal_of_another_kind_is_refused(key: str, bundle: Bundle) -> None:
    tree = json.loads((bundle.folder / SEAL).read_text())
    tree[key] = 2 if key == "format_version" else "0" * 64
    (bundle.folder / SEAL).write_text(json.dumps(tree))
    refused_to_open(bundle.folder, "not_sealed")


@pytest.mark.parametrize(
    "forged",
    ["{", "[]", "{}", '{"run": {}}', '{"run": {"cells": [1]}, "problems": {}}',
     '{"run": {"cells": []}, "problems": {"total": 1}}',
     '{"run": {"cells": [], "x": 1}, "problems": {}}',
     '{"run": {"cells": []}, "problems": []}'],
)  # fmt: skip
def test_a_forged_account_of_the_run_is_refused(forged: str, bundle: Bundle) -> None:
    (bundle.folder / RUN).write_text(forged)
    refused_to_open(bundle.folder, "not_sealed")


@pytest.mark.parametrize(
    "name", ["../escape", "/etc/passwd", "", "a" * 64, "1st", "매출", "a b", "a\n", "x.json"]
)
def test_a_name_that_is_no_name_is_left_out(name: str, tmp_path: Path) -> None:
    found = seal(tmp_path / "b", {name: ("json", b"1")}, problems={}, run=Run())
    assert found.entries == {}
    assert found.problems[name][0] == "bad_name"
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["answers", "b", SEAL, RUN]
    for language in LANGUAGES:
        assert catalogue(language).say("bundle.bad_name", name=found.problems[name][1])


@pytest.mark.parametrize("media", ["pickle", "exe", "../x", ""])
def test_media_that_are_not_ours_are_left_out(media: str, tmp_path: Path) -> None:
    assert sealed(tmp_path, total=(media, b"1")).problems["total"][0] == "bad_name"


def test_an_answer_over_the_cap_is_left_out_with_its_size(tmp_path: Path) -> None:
    found = sealed(tmp_path, total=("json", b" " * (MAX_ANSWER_MB * 2**20 + 1)))
    assert found.problems["total"] == ("too_large", str(MAX_ANSWER_MB + 1))
    assert open_bundle(found.folder) == found


def test_the_longest_account_of_a_run_can_be_opened_again(tmp_path: Path) -> None:
    worst = "\x01" * 2000  # six bytes each in JSON
    cells = tuple(CellRun(k, "error", 1.0, worst[:100], worst) for k in range(1000))
    found = sealed(tmp_path, Run(cells=cells), total=("json", b"1"))
    assert open_bundle(found.folder).run.cells == cells


def test_sealing_again_replaces_the_whole(tmp_path: Path) -> None:
    sealed(tmp_path, total=("json", b"1"), sales=("parquet", parquet(TABLE)))
    again = sealed(tmp_path, total=("json", b"2"))
    assert open_bundle(again.folder).entries.keys() == {"total"}
    assert not (again.folder / "answers" / "sales.parquet").exists()


# ---------------------------------------------------------------- frames


def varint(number: int, width: int) -> bytes:
    """A zigzag varint of Thrift's compact protocol, padded to `width` bytes."""
    number, out = number * 2, []
    for _ in range(width - 1):
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def lying(rows: int, claimed: int) -> bytes:
    """A file of `rows` equal rows whose footer speaks of `claimed` ones."""
    body = parquet(pa.table({"won": pa.array([7] * rows, pa.int64())}), compression="zstd")
    (size,) = struct.unpack("<I", body[-8:-4])
    data, footer, tail = body[: -8 - size], body[-8 - size : -8], body[-8:]
    width = next(w for w in range(1, 6) if rows * 2 < 128**w)
    old, new = varint(rows, width), varint(claimed, width)
    assert old in footer
    return data + footer.replace(old, new) + tail


def wide(columns: int) -> pa.Table:
    return pa.table({f"c{k}": pa.array([1], pa.int8()) for k in range(columns)})


def nested(levels: int) -> pa.Table:
    kind: pa.DataType = pa.int8()
    for _ in range(levels):
        kind = pa.list_(kind)
    return pa.table({"deep": pa.array([None], kind)})


GOOD = parquet(TABLE)
BAD_FRAMES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "bad_parquet"),
    "no parquet": (b"day,won\na,1\n", "bad_parquet"),
    "the mark alone": (b"PAR1", "bad_parquet"),
    "both marks": (b"PAR1PAR1", "bad_parquet"),
    "cut": (GOOD[:-20], "bad_parquet"),
    "cut in front": (b"PAR1" + GOOD[40:], "bad_parquet"),
    "footer larger than the file": (GOOD[:-8] + b"\xff\xff\xff\x7f" + GOOD[-4:], "bad_parquet"),
    "footer of nothing": (GOOD[:-8] + b"\0\0\0\0" + GOOD[-4:], "bad_parquet"),
    "footer of noise": (GOOD[:-80] + random.Random(7).randbytes(72) + GOOD[-8:], "bad_parquet"),
    "a footer that claims to be encrypted": (GOOD[:-4] + b"PARE", "bad_parquet"),
    "too many rows": (parquet(pa.table({"a": [True] * (MAX_ROWS + 1)})), "too_many_rows"),
    "a thousand million rows claimed": (lying(1_500_000, 2**27 - 1), "too_many_rows"),
    "negative rows claimed": (
        GOOD.replace(varint(2, 1) + b"\x19", b"\x03\x19"),
        "too_many_rows",
    ),
    "more rows than claimed": (lying(1_500_000, 5), "bad_parquet"),
    "fewer rows than claimed": (lying(130, 8000), "bad_parquet"),
    "too many columns": (parquet(wide(MAX_COLUMNS + 1)), "too_many_columns"),
    "a column name that is no text": (
        GOOD.replace(b"won", b"w\xffn"),
        "bad_parquet",
    ),
    "nested a hundred levels": (parquet(nested(100)), "bad_parquet"),
}


@pytest.mark.parametrize("case", BAD_FRAMES)
def test_a_frame_that_lies_or_is_too_large_is_refused(case: str, tmp_path: Path) -> None:
    body, code = BAD_FRAMES[case]
    refused_to_load(tmp_path, FRAME, body, code)


def test_frames_at_the_caps_are_taken(tmp_path: Path) -> None:
    for table in (wide(MAX_COLUMNS), pa.table({"a": [True] * MAX_ROWS}), TABLE.slice(0, 0)):
        found = sealed(tmp_path, sales=("parquet", parquet(table)))
        assert load(found, FRAME).num_rows == table.num_rows


def test_a_dictionary_that_unfolds_to_gigabytes_is_refused(tmp_path: Path) -> None:
    """A few kilobytes of Parquet: one long text, and a run-length of a million times it."""
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 600_000, pa.int32()), ["x" * 2000])
    body = parquet(pa.table({"bomb": texts}), compression="zstd", store_schema=False)
    assert len(body) < 200_000
    refused_to_load(tmp_path, FRAME, body, "too_large")


INDEX = b'{"index_columns": ["won"], "column_indexes": [], "columns": [], "pandas_version": "2"}'


@pytest.mark.parametrize("value", [INDEX, b"{", b"\x80\x04cposix\nsystem\n"])
@pytest.mark.parametrize("key", ["pandas", "ARROW:schema"])
def test_metadata_of_a_frame_are_not_believed(key: str, value: bytes, tmp_path: Path) -> None:
    forged = TABLE.replace_schema_metadata({key: value})
    found = sealed(tmp_path, sales=("parquet", parquet(forged)))
    try:
        table = load(found, FRAME)
    except BundleError as error:
        refused(error, "bad_parquet")
        return
    assert not table.schema.metadata
    assert list(table.to_pandas().columns) == ["day", "won"]


def test_a_pickle_in_the_schema_is_not_opened(tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    evil = b"cposix\nmkdir\n(V" + str(touched).encode() + b"\ntR."
    kind = {"ARROW:extension:name": "arrow.py_extension_type", "ARROW:extension:metadata": evil}
    field = pa.field("won", pa.int64(), metadata=kind)
    table = pa.table([pa.array([1])], schema=pa.schema([field]))
    found = sealed(tmp_path, sales=("parquet", parquet(table)))
    try:
        load(found, FRAME)
    except BundleError as error:
        refused(error, error.code)
    assert not touched.exists()


KINDS: dict[str, pa.Array] = {
    "null": pa.nulls(2),
    "halves": pa.array([1.5, None], pa.float16()),
    "decimal": pa.array([1, None], pa.decimal128(38, 10)),
    "decimal256": pa.array([1, None], pa.decimal256(76, 10)),
    "uint64": pa.array([2**64 - 1, None], pa.uint64()),
    "floats": pa.array([float("nan"), float("-inf")]),
    "date64": pa.array([0, None], pa.date64()),
    "far dates": pa.array([2**31 - 1, -(2**31)], pa.date32()),
    "far seconds": pa.array([2**63 - 1, -(2**63)], pa.timestamp("ms")),
    "nanoseconds": pa.array([2**63 - 1, 1], pa.timestamp("ns", tz="Asia/Seoul")),
    "an unknown zone": pa.array([1, 2], pa.timestamp("us", tz="Nowhere/City")),
    "time": pa.array([1, None], pa.time64("us")),
    "duration": pa.array([1, None], pa.duration("s")),
    "bytes": pa.array([b"\xff", None], pa.binary()),
    "fixed bytes": pa.array([b"\xff\xfe", None], pa.binary(2)),
    "views": pa.array(["x", None], pa.string_view()),
    "dictionary": pa.array(["x", None]).dictionary_encode(),
    "lists": pa.array([[1, None], None], pa.list_(pa.int8())),
    "fixed lists": pa.array([[1, 2], None], pa.list_(pa.int8(), 2)),
    "structs": pa.array([{"a": {"b": [1]}}, None]),
    "maps": pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.int8())),
    "maps with equal keys": pa.array([[("k", 1), ("k", 2)], []], pa.map_(pa.string(), pa.int8())),
    "uuid": pa.ExtensionArray.from_storage(pa.uuid(), pa.array([b"x" * 16, None], pa.binary(16))),
    "json": pa.ExtensionArray.from_storage(pa.json_(), pa.array(["{", None])),
}


@pytest.mark.parametrize("mine", KINDS)
def test_no_type_that_a_frame_can_hold_breaks_the_comparison(mine: str, tmp_path: Path) -> None:
    """Equal to itself if it is taken at all, and against every other kind a finding, no crash."""
    found = sealed(tmp_path, sales=("parquet", parquet(pa.table({"a": KINDS[mine]}))))
    try:
        table = load(found, FRAME)
    except BundleError as error:
        refused(error, "bad_type")
        return
    if mine != "floats":
        assert compare_answer(FRAME, table, table) == []
    for name, other in KINDS.items():
        if not isinstance(other.type, pa.BaseExtensionType):
            expected = pa.table({"a": other})
            assert isinstance(compare_answer(FRAME, table, expected), list), name


FUZZ = """
import random, sys
from pathlib import Path
from autograder.bundle import Bundle, load, seal
from autograder.errors import BundleError
from autograder.models import AnswerSpec, Run
body, spec = Path(sys.argv[1]).read_bytes(), AnswerSpec("sales", "frame", 1.0)
chance, refused = random.Random(int(sys.argv[3])), 0
for _ in range(300):
    bad = bytearray(body)
    for _ in range(chance.randint(1, 3)):
        bad[chance.randrange(4, len(bad))] = chance.randrange(256)
    found = seal(Path(sys.argv[2]), {"sales": ("parquet", bytes(bad))}, problems={}, run=Run())
    try:
        load(found, spec).column_names
    except BundleError:
        refused += 1
sys.stdout.write(str(refused))
"""


@pytest.mark.parametrize("seed", [1, 2])
def test_flipped_bytes_are_refused_by_one_kind_of_error_only(seed: int, tmp_path: Path) -> None:
    """In a process of its own, as in a grade: a decoder that crashes is survived there."""
    table = pa.table(
        {"day": ["a", "b", None] * 40, "won": [1, 2, 3] * 40, "l": [[1], [], None] * 40}
    )
    (tmp_path / "in.parquet").write_bytes(parquet(table))
    command = [sys.executable, "-c", FUZZ, tmp_path / "in.parquet", tmp_path / "b", str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode <= 0, done.stderr[-2000:]
    assert done.returncode < 0 or int(done.stdout) > 100


# ---------------------------------------------------------------- figures and plain answers

BAD_FIGURES: dict[str, bytes] = {
    "no png": b"GIF89a",
    "the mark alone": b"\x89PNG\r\n\x1a\n",
    "cut in its header": png()[:20],
    "no pixels": png(0, 4),
    "a bomb of pixels": png(2**31 - 1, 2**31 - 1),
    "one line of a bomb": png(1, 2**31 - 1),
    "axes are no list": png(axes=b'{"lines": 1}'),
    "axes are no json": png(axes=b"[{"),
    "axes are numbers": png(axes=b"[1]"),
    "axes are tagged": png(axes=b'{"$": "set", "v": [1]}'),
}


@pytest.mark.parametrize("case", BAD_FIGURES)
def test_a_figure_that_lies_is_refused(case: str, tmp_path: Path) -> None:
    refused_to_load(tmp_path, PLOT, BAD_FIGURES[case], "bad_png")


def test_a_figure_whose_chunks_lie_about_their_length_is_read_in_bounds(tmp_path: Path) -> None:
    body = png()
    forged = body[:33] + b"\xff\xff\xff\xff" + body[37:]
    refused_to_load(tmp_path, PLOT, forged, "bad_png")


@pytest.mark.parametrize(
    "axes",
    [b'[{"lines": "many", "title": 5}]', b'[{"lines": 1e308, "title": [[]]}]', b"[{}]",
     b'[{"lines": null, "bars": {"a": 1}, "points": true}]'],
)  # fmt: skip
def test_forged_axes_never_break_the_comparison(axes: bytes, tmp_path: Path) -> None:
    found = load(sealed(tmp_path, plot=("png", png(axes=axes))), PLOT)
    expected = {"png": b"", "axes": [{"title": "t", "xlabel": "", "ylabel": "", "lines": 1}]}
    assert compare_answer(PLOT, found, expected)


@pytest.mark.parametrize(
    ("kind", "body"),
    [("scalar", b"[1]"), ("scalar", b'{"a": 1}'), ("text", b"1"), ("list", b'"abc"'),
     ("dict", b"[]"), ("function", b"[1]"), ("function", b'[{"value": 1}]'),
     ("function", b'{"value": 1, "error": null}')],
)  # fmt: skip
def test_an_answer_of_another_type_than_declared_is_refused(
    kind: Any, body: bytes, tmp_path: Path
) -> None:
    refused_to_load(tmp_path, AnswerSpec("total", kind, 1.0), body, "bad_type")


def test_sealing_the_same_thing_at_once_gives_one_bundle_and_leaves_no_scrap(
    tmp_path: Path,
) -> None:
    def make(_: int) -> str:
        answers = {"total": ("json", b"6")}
        return seal(tmp_path / "kept", answers, problems={}, run=Run()).address

    with ThreadPoolExecutor(8) as pool:
        addresses = set(pool.map(make, range(40)))
    assert len(addresses) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["kept"]
    assert open_bundle(tmp_path / "kept").address in addresses
