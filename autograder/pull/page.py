"""An executed notebook as one HTML page that can do nothing: the child process of `rendering`.

The notebook is hostile: what is shown is built anew from plain parts (source, text, true PNGs),
cut to caps, rendered by nbconvert, and cleaned twice, each cell and then the whole. The page has no
script, no link, no address of anybody, and a policy that would forbid them all. It must not know
pull requests; the words on the page are handed in.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import functools
import hashlib
import html
import json
import re
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any

# jsonschema parses a whole grammar of addresses at its import, a second of work, if it finds this
# package; a notebook's schema has no addresses.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

import bleach  # noqa: E402
from nbconvert.exporters.html import HTMLExporter  # noqa: E402
from nbformat import v4 as untyped  # noqa: E402
from pygments.formatters import HtmlFormatter  # noqa: E402

v4: Any = untyped
Node = Any
"""A node of nbformat, which carries no types."""

CPU_S = 20
MEMORY_BYTES = 2 * 2**30
MAX_OUTPUTS = 30
MAX_TEXT = 20_000
MAX_ALL_TEXT = 1_000_000
MAX_IMAGE_BYTES = 2 * 2**20
MAX_ALL_IMAGES_BYTES = 6 * 2**20
MAX_PIXELS = 20_000_000
PNG = b"\x89PNG\r\n\x1a\n"
_PNG_ADDRESS = "data:image/png;base64,"
_NOT_TEXT = re.compile(r"[^\x1b\t\n\x20-\x7e\xa0-\U0010ffff]")
_CLASSES = re.compile(r"[\w -]{1,200}", re.ASCII)
_TEXT_TAGS = ("b", "br", "code", "del", "em", "i", "kbd", "s", "samp", "small", "span", "strong")
_BLOCK_TAGS = ("blockquote", "dd", "div", "dl", "dt", "hr", "img", "li", "ol", "p", "pre", "ul")
_TABLE_TAGS = ("table", "tbody", "td", "tfoot", "th", "thead", "tr")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TAGS = frozenset((*_TEXT_TAGS, "sub", "sup", "u", *_BLOCK_TAGS, *_TABLE_TAGS, *_HEADINGS))


@dataclass(frozen=True)
class Words:
    """The words on a page, in its language, and how many cells it shows."""

    language: str
    max_cells: int
    title: str
    note: str
    cut: str
    cut_cells: str
    not_shown: str


class Budget:
    """What a page may still hold; each piece takes its part."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.text, self.images = MAX_ALL_TEXT, MAX_ALL_IMAGES_BYTES

    def cut(self, raw: Any, *, tail: bool = False) -> str:
        """Printable text within the caps; the end of it is kept where that says most."""
        text = _joined(raw)
        room = max(0, min(MAX_TEXT, self.text))
        short = text if len(text) <= room else (text[-room:] if tail and room else text[:room])
        self.text -= len(short)
        plain = _NOT_TEXT.sub("", short).encode("utf-8", "replace").decode("utf-8")
        if len(short) == len(text):
            return plain
        return f"{self.words.cut}\n{plain}" if tail else f"{plain}\n{self.words.cut}"

    def image(self, raw: Any) -> str:
        """A PNG in base64, proven and written anew; empty if it is none or too large."""
        body = _png(_joined(raw))
        if len(body) > self.images:
            return ""
        self.images -= len(body)
        return base64.b64encode(body).decode("ascii")


def _joined(raw: Any) -> str:
    """Text as nbformat keeps it: one string, or a list of them."""
    if isinstance(raw, list):
        return "".join(part for part in raw if isinstance(part, str))
    return raw if isinstance(raw, str) else ""


def _png(raw: str) -> bytes:
    """The bytes of a PNG of a sane size, else none."""
    if len(raw) > MAX_IMAGE_BYTES * 3 // 2:
        return b""
    try:
        body = base64.b64decode("".join(raw.split()), validate=True)
        width, height = struct.unpack(">II", body[16:24])
    except (binascii.Error, ValueError, struct.error):
        return b""
    good = body.startswith(PNG) and body[12:16] == b"IHDR" and 0 < width * height <= MAX_PIXELS
    return body if good and len(body) <= MAX_IMAGE_BYTES else b""


def rebuilt(tree: Any, words: Words) -> Node:
    """A notebook of plain parts only, within the caps; what was cut says so in its place."""
    budget = Budget(words)
    cells = tree.get("cells") if isinstance(tree, dict) else None
    listed = [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []
    made = [_cell(cell, budget) for cell in listed[: words.max_cells]]
    if len(listed) > words.max_cells:
        made.append(v4.new_markdown_cell(words.cut_cells))
    return v4.new_notebook(cells=made)


def _cell(cell: dict[str, Any], budget: Budget) -> Node:
    source = budget.cut(cell.get("source"))
    if cell.get("cell_type") == "markdown":
        return v4.new_markdown_cell(source)
    if cell.get("cell_type") != "code":
        return v4.new_raw_cell(source)
    count = cell.get("execution_count")
    outputs = cell.get("outputs")
    shown = outputs if isinstance(outputs, list) else []
    made = [each for output in shown[:MAX_OUTPUTS] for each in _outputs(output, budget)]
    if len(shown) > MAX_OUTPUTS:
        made.append(v4.new_output("stream", text=budget.words.cut))
    return v4.new_code_cell(
        source,
        outputs=made,
        execution_count=count if type(count) is int and 0 <= count < 10**6 else None,
    )


def _outputs(output: Any, budget: Budget) -> Iterator[Node]:
    kind = output.get("output_type") if isinstance(output, dict) else None
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        yield v4.new_output("stream", name=name, text=budget.cut(output.get("text")))
    elif kind == "error":
        lines = output.get("traceback")
        parts = [line for line in lines if isinstance(line, str)] if isinstance(lines, list) else []
        if not parts:
            parts = [f"{_joined(output.get('ename'))}: {_joined(output.get('evalue'))}"]
        told = budget.cut("\n".join(parts), tail=True)
        yield v4.new_output("error", ename="", evalue="", traceback=[told])
    elif kind in ("display_data", "execute_result"):
        bundle = output.get("data")
        data = bundle if isinstance(bundle, dict) else {}
        if image := budget.image(data.get("image/png")):
            yield v4.new_output("display_data", data={"image/png": image})
        elif text := budget.cut(data.get("text/plain")):
            yield v4.new_output("display_data", data={"text/plain": text})
        elif data:
            yield v4.new_output("stream", text=budget.words.not_shown)


def _allowed(tag: str, name: str, value: str) -> bool:
    """Whether an attribute may stay: classes for the looks, a proven image's own bytes."""
    if name == "class":
        return bool(_CLASSES.fullmatch(value))
    if (tag, name) == ("img", "src"):
        return value.startswith(_PNG_ADDRESS) and bool(_png(value.removeprefix(_PNG_ADDRESS)))
    return (tag, name) == ("img", "alt")


def clean(raw: str | bytes) -> str:
    """HTML without anything that acts, loads or leads away."""
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
    return str(
        bleach.clean(
            text, tags=_TAGS, attributes=_allowed, protocols=frozenset({"data"}), strip=True
        )
    )


@functools.cache
def _exporter() -> HTMLExporter:
    return HTMLExporter(  # type: ignore[no-untyped-call]
        template_name="basic",
        sanitize_html=True,
        exclude_anchor_links=True,
        filters={"clean_html": clean},
    )


def page(notebook: bytes, words: Words) -> bytes:
    """The page of an executed notebook.

    Raises:
        Exception: whatever a hostile notebook makes of a renderer; there is no page then.
    """
    body, _ = _exporter().from_notebook_node(rebuilt(json.loads(notebook), words))
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    policy = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )
    title, note = html.escape(words.title), html.escape(words.note)
    return (
        f'<!DOCTYPE html>\n<html lang="{html.escape(words.language)}">\n<head>\n'
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f"<header><h1>{title}</h1><p>{note}</p></header>\n<main>\n{clean(body)}\n</main>\n"
        "</body>\n</html>\n"
    ).encode()


def _style() -> str:
    own = (resources.files("autograder.pull") / "page.css").read_text("utf-8")
    light, dark = (
        HtmlFormatter(style=name, nobackground=True).get_style_defs(".highlight")
        for name in ("friendly", "github-dark")
    )
    return f"\n{own}{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


def main() -> None:
    """One page: a line of words as JSON and a notebook come in, the page goes out."""
    with contextlib.suppress(ImportError):  # Windows
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    words = sys.stdin.buffer.readline()
    if words:
        made = page(sys.stdin.buffer.read(), Words(**json.loads(words)))
        sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
