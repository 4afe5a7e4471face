"""The typeface, cut to the signs that the site's pages have: two small files instead of megabytes.

One part has what English is written in, the other the rest, so that an English page loads the first
alone. A sign that no page has (somebody types it into the search) is shown in the reader's own
typeface. Knows nothing of pages but their letters.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.site import assets, node

FAMILY = "Pioneers Sans"
CALLED = "Pioneering"
"""What the parts are called inside; the typeface's licence keeps its name for the whole."""
LATIN = "".join(map(chr, range(0x20, 0x7F))) + "\u00a0·×‘’“”–—…→"
_READ = (".md", ".toml", ".html", ".js", ".ipynb")
_METRICS = "ascent-override: 95.2%; descent-override: 24.1%; line-gap-override: 0%;"

_STAND_INS = {
    "Apple": (("Apple SD Gothic Neo", "AppleSDGothicNeo-Regular"), 99.6),
    "Windows": (("Malgun Gothic",), 97.2),
    "Noto": (("Noto Sans KR", "Noto Sans CJK KR", "Noto Sans CJK KR Regular"), 94.0),
    "Nanum": (("NanumGothic", "Nanum Gothic"), 92.0),
}
"""The readers' own Korean typefaces, each with the size in percent at which a syllable takes the
room that it takes in ours (0.864 em), so that lines break in the same places before and after."""


@dataclass(frozen=True)
class Typeface:
    """The parts and the style sheet that names them.

    Attributes:
        parts: file name to content; a name changes with its content.
        sheet: CSS, to lie in the same folder.
    """

    parts: dict[str, bytes]
    sheet: str

    @property
    def name(self) -> str:
        """The sheet's file name, which changes with its content."""
        return f"typeface.{_digest(self.sheet)}.css"


def signs(places: Iterable[Path]) -> str:
    """Every sign in the texts below these folders, and in these files, each once, in order."""
    found: set[str] = set()
    for place in places:
        for path in place.rglob("*") if place.is_dir() else (place,):
            if path.suffix in _READ and path.is_file():
                found.update(path.read_text(encoding="utf-8", errors="replace"))
    return "".join(sorted(sign for sign in found if sign.isprintable()))


def cut(wanted: str, modules: Path, tool: Path, cache: Path) -> Typeface:
    """The typeface with these signs and what every page needs; the same signs are cut once.

    Args:
        wanted: what `signs` found.
        modules: what `assets.fetch` returned.
        tool: the script that cuts, `site/tools/subset.mjs`.
        cache: a folder for what is dear to make.

    Raises:
        InfrastructureError: it cannot be cut.
    """
    rest = "".join(sorted(set(wanted) - set(LATIN)))
    asked = {
        "font": str((modules / assets.FONT_SOURCE).resolve()),
        "parts": {"latin": LATIN, "rest": rest or "가"},
        "called": CALLED,
    }
    bodies = node.files(tool, modules, asked, cache / "typeface")
    named = {
        name: f"{name}.{hashlib.sha256(body).hexdigest()[:8]}.woff2"
        for name, body in bodies.items()
    }
    faces = [
        _face(named["latin"], _ranges(LATIN)),
        _face(named["rest"], _ranges(rest or "가")),
        *(_stand_in(*each) for each in _STAND_INS.items()),
        f":root {{ --md-text-font: {_stack()}; }}\n",
    ]
    return Typeface({named[name]: body for name, body in bodies.items()}, "\n".join(faces))


def _face(file: str, ranges: str) -> str:
    return (
        f'@font-face {{\n  font-family: "{FAMILY}";\n  font-weight: 400 700;\n'
        f'  font-display: swap;\n  src: url("{file}") format("woff2");\n'
        f"  unicode-range: {ranges};\n}}\n"
    )


def _stand_in(name: str, face: tuple[tuple[str, ...], float]) -> str:
    local = ", ".join(f'local("{each}")' for each in face[0])
    return (
        f'@font-face {{\n  font-family: "{FAMILY} {name}";\n  src: {local};\n'
        f"  size-adjust: {face[1]}%; {_METRICS}\n}}\n"
    )


def _stack() -> str:
    named = [f'"{FAMILY}"', *(f'"{FAMILY} {name}"' for name in _STAND_INS)]
    return ", ".join([*named, "system-ui"])


def _ranges(text: str) -> str:
    """The signs as a list of code points and runs of them, as CSS writes it."""
    runs: list[list[int]] = []
    for code in sorted({ord(sign) for sign in text}):
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return ", ".join(f"U+{low:x}" if low == high else f"U+{low:x}-{high:x}" for low, high in runs)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
