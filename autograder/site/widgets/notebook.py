"""Notebooks in a page: cells and outputs of an .ipynb as Markdown, made safe.

A fence `notebook` in a lesson holds the name of a file beside it:

    ```notebook
    day2.ipynb
    ```

The notebook is kept with its outputs (`python -m autograder.site.execute` makes them); nothing is
run while the site is built. Outputs become plain text, tables without any attribute but spans, or
PNG pictures; scripts, styles and addresses in them are dropped.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bleach

from autograder.errors import ConfigError
from autograder.models import Language
from autograder.site.widgets.fences import fences
from autograder.text.catalogue import Catalogue, catalogue

LONG = 24
"""Lines of an output from which on it is folded."""
_PNG = b"\x89PNG\r\n\x1a\n"
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f]")
_HIDDEN = re.compile(r"<(style|script)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
_MARKS = re.compile(r"`{3,}")
_CELL = re.compile(r'"cell_type"')
_TABLE = ("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td")
_SPANS = {"th": ["colspan", "rowspan", "scope"], "td": ["colspan", "rowspan"]}


@dataclass(frozen=True)
class Picture:
    """A PNG and its size in pixels."""

    data: str
    width: int
    height: int


def faults(body: bytes) -> Iterator[tuple[int, str, str]]:
    """What is wrong with a notebook that a page shows: line, what, fix."""
    again = "mend the cell and run python -m autograder.site.execute on it"
    try:
        cells = _cells(body)
    except ValueError as error:
        yield 1, str(error), "open and save it in Jupyter"
        return
    text = body.decode("utf-8")
    lines = [text.count("\n", 0, found.start()) + 1 for found in _CELL.finditer(text)]
    for number, cell in enumerate(cells, start=1):
        line = lines[number - 1] if number <= len(lines) else 1
        if cell["cell_type"] != "code" or not _source(cell).strip():
            continue
        if not cell.get("execution_count"):
            yield line, f"cell {number} was not run", "run python -m autograder.site.execute on it"
        for output in _outputs(cell):
            if output.get("output_type") == "error":
                name, value = output.get("ename", ""), " ".join(str(output.get("evalue")).split())
                yield line, f"cell {number} ended in {name}: {value[:100]}", again
            elif "image/png" in _data(output) and not _alt(cell):
                yield line, f"image of cell {number} has no alt text", "set alt in its metadata"


def code(body: bytes) -> list[str]:
    """The code of every code cell, to compare a notebook with its mirror."""
    return [_source(cell) for cell in _cells(body) if cell["cell_type"] == "code"]


def said(body: bytes) -> list[list[tuple[str, str]]]:
    """What each code cell prints and shows, as kind and text; of pictures only that they are there.

    Two runs of the same code say the same: one on another day, or that of the mirror.
    """
    return [_said(cell) for cell in _cells(body) if cell["cell_type"] == "code"]


def _said(cell: Mapping[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for output in _outputs(cell):
        found += [("stream", _joined(output["text"]))] if "text" in output else []
        data = sorted(_data(output).items())
        found += [(kind, "" if kind == "image/png" else _joined(value)) for kind, value in data]
    return found


def expand(markdown: str, page: str, folder: Path, repository: str = "") -> str:
    """The Markdown of a page with its notebooks in place of their fences.

    Args:
        page: the page's path below `folder`, such as `ko/week1/day2.md`.
        folder: the curriculum.
        repository: `https://github.com/owner/name`, for the Codespaces button; may be empty.

    Raises:
        ConfigError: there is no such notebook beside the page, or it is none.
    """
    lines = markdown.split("\n")
    for fence in reversed([each for each in fences(markdown) if each.language == "notebook"]):
        name = fence.body.strip()
        path = (folder / page).parent / name
        if Path(name).name != name or path.suffix != ".ipynb" or not path.is_file():
            raise ConfigError(
                f"curriculum/{page}:{fence.line}: there is no notebook {name[:80]!r} beside it",
                fix="name an .ipynb file of the same folder",
            )
        language: Language = "en" if page.startswith("en/") else "ko"
        try:
            made = render(path.read_bytes(), language, name, repository)
        except ValueError as error:
            raise ConfigError(f"{path}: {error}", fix="open and save it in Jupyter") from error
        lines[fence.line - 1 : fence.last] = made.split("\n")
    return "\n".join(lines)


def render(body: bytes, language: Language, name: str, repository: str = "") -> str:
    """A notebook as Markdown: a frame with a bar of buttons, then its cells and outputs.

    Args:
        name: the file's name from the page, for the download.

    Raises:
        ValueError: it is no notebook.
    """
    words = catalogue(language)
    bar = [f"**{words.say('widget.notebook.title')}** {html.escape(name)}"]
    down = words.say("widget.notebook.download")
    bar.append(f'[{down}]({name}){{ .md-button download="{html.escape(name)}" }}')
    if repository:
        place = f"https://codespaces.new/{repository.removeprefix('https://github.com/')}"
        bar.append(f"[{words.say('widget.notebook.codespaces')}]({place}){{ .md-button }}")
    parts = [
        '<div class="notebook" markdown>',
        f'<div class="notebook__bar" markdown="span">{" ".join(bar)}</div>',
    ]
    for number, cell in enumerate(_cells(body), start=1):
        parts += _cell(number, cell, words)
    return "\n\n".join([*parts, "</div>"])


def _cell(number: int, cell: Mapping[str, Any], words: Catalogue) -> Iterator[str]:
    source = _source(cell).strip("\n")
    if cell["cell_type"] == "markdown":
        yield _HEADING.sub(r"**\1**", source)
    elif cell["cell_type"] == "code" and source.strip():
        marks = "`" * max(3, *(len(run) + 1 for run in _MARKS.findall(source)), 3)
        yield f"{marks}python\n{source}\n{marks}"
        shown = "".join(_output(number, cell, output, words) for output in _outputs(cell))
        if shown:
            label = html.escape(words.say("widget.notebook.output"))
            yield f'<div class="notebook__out" role="group" aria-label="{label}">{shown}</div>'


def _output(
    number: int, cell: Mapping[str, Any], output: Mapping[str, Any], words: Catalogue
) -> str:
    """One output on one line of HTML, so that Markdown has nothing to find in it."""
    data = _data(output)
    if output.get("output_type") == "stream":
        return _text(_joined(output.get("text")), words)
    picture = _picture(_joined(data.get("image/png")))
    if picture is not None:
        alt = _alt(cell) or words.say("widget.notebook.image", cell=number)
        return (
            f'<img src="data:image/png;base64,{picture.data}" alt="{html.escape(alt)}" '
            f'width="{picture.width}" height="{picture.height}">'
        )
    table = _table(_joined(data.get("text/html")))
    return table or _text(_joined(data.get("text/plain")), words)


def _table(made: str) -> str:
    if "<table" not in made.lower():
        return ""
    clean = bleach.clean(
        _HIDDEN.sub("", made), tags=_TABLE, attributes=_SPANS, strip=True, strip_comments=True
    )
    return f'<div class="notebook__table">{" ".join(clean.split())}</div>'


def _text(raw: str, words: Catalogue) -> str:
    text = _ANSI.sub("", raw).strip("\n")
    if not text.strip():
        return ""
    lines = text.count("\n") + 1
    shown = html.escape(text).replace("\n", "&#10;")
    block = f'<pre tabindex="0"><code>{shown}</code></pre>'
    if lines <= LONG:
        return block
    said = html.escape(words.say("widget.notebook.long", lines=lines))
    return f'<details class="notebook__long"><summary>{said}</summary>{block}</details>'


def _picture(encoded: str) -> Picture | None:
    """A PNG whose header says so; None for anything else."""
    try:
        raw = base64.b64decode(encoded, validate=False)
    except binascii.Error:
        return None
    if not raw.startswith(_PNG) or len(raw) < 24:
        return None
    width, height = struct.unpack(">II", raw[16:24])
    return Picture(base64.b64encode(raw).decode(), width, height)


def _cells(body: bytes) -> list[dict[str, Any]]:
    """Every cell of a notebook in nbformat 4; ValueError for anything else."""
    try:
        notebook = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"is no notebook: {error}") from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or notebook.get("nbformat") != 4:
        raise ValueError("is no notebook of nbformat 4")
    if not all(isinstance(cell, dict) and isinstance(cell.get("cell_type"), str) for cell in cells):
        raise ValueError("is no notebook: a cell has no cell_type")
    return cells


def _source(cell: Mapping[str, Any]) -> str:
    return _joined(cell.get("source"))


def _outputs(cell: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = cell.get("outputs")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _data(output: Mapping[str, Any]) -> Mapping[str, Any]:
    data = output.get("data")
    return data if isinstance(data, dict) else {}


def _alt(cell: Mapping[str, Any]) -> str:
    about = cell.get("metadata")
    alt = about.get("alt") if isinstance(about, dict) else None
    return " ".join(alt.split()) if isinstance(alt, str) else ""


def _joined(value: object) -> str:
    """Text as a notebook keeps it: whole, or as a list of lines."""
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""
