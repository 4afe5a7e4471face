"""The one escaper: learner text made harmless for Markdown, HTML comments and chat.

Whatever a submission wrote (column names, cell values, error messages) passes through here before
it is shown. It must not know reports, findings or catalogues.
"""

from __future__ import annotations

import re
import unicodedata

_ZERO_WIDTH = "\u200b"
_MARKDOWN = re.compile(r"[\\*_\[\]|~$]")
# What starts a heading, quote, list or rule, at the beginning of a line only.
_LINE_START = re.compile(r"^([-+=#]|\d+(?=[.)]))")
_CHAT = re.compile(r"[\\*_~`|<>\[\]():#-]")
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "`": "&#96;"}
_HTML_CHARS = re.compile(r"[&<>`]")
# Linkified on GitHub without any markup: addresses, and references such as #12 or owner/name#12.
_AUTOLINK = re.compile(r"(?i)(?<=:)(?=//)|(?<=www)(?=\.)")
# What a runner of GitHub Actions takes for a command, at a line's start: ::name:: and ##[name].
_COMMAND = re.compile(r":(?=:)|#(?=#\[)")
_SPANS = re.compile(r"`([^`]*)`")
# Every sign of ASCII that any extension of Markdown reads; a comma never means anything.
_SIGNS = re.compile(r"[!-+\-./:-@\[-`{-~]")
_ELLIPSIS = "…"
# Control, format (bidi, zero width), surrogate, private, unassigned.
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def clean(text: str, *, limit: int = 200) -> str:
    """Returns one line of printable text: no control, bidi or lone surrogate characters, cut.

    Args:
        text: anything.
        limit: greatest length in characters; longer text ends with an ellipsis.
    """
    head = text[: limit * 4]
    shown = "".join(" " if char.isspace() else char for char in head if _printable(char)).strip()
    if len(shown) > limit or len(text) > len(head):
        return shown[: limit - 1].rstrip() + _ELLIPSIS
    return shown


def _printable(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) not in _UNPRINTABLE


def neutral(text: str) -> str:
    """Returns the text with every @ and # followed by an invisible space: nobody is mentioned."""
    return text.replace("@", "@" + _ZERO_WIDTH).replace("#", "#" + _ZERO_WIDTH)


def text(raw: str, *, limit: int = 500) -> str:
    """Returns learner text as plain Markdown prose: every special character escaped."""
    escaped = _MARKDOWN.sub(r"\\\g<0>", html(raw, limit=limit))
    escaped = _LINE_START.sub(_break_start, escaped)
    return _AUTOLINK.sub(_ZERO_WIDTH, escaped)


def _break_start(match: re.Match[str]) -> str:
    mark = match.group()
    return mark + _ZERO_WIDTH if mark.isdigit() else "\\" + mark


def code(raw: str, *, limit: int = 120) -> str:
    """Returns learner text as a Markdown code span that it cannot leave; safe in table cells."""
    inner = clean(raw, limit=limit).replace("`", "'").replace("|", "¦")
    return f"`{neutral(inner)}`" if inner else "` `"


def prose(message: str, *, limit: int = 2000) -> str:
    """Returns a message as Markdown: `quoted` names stay code spans, all else is escaped.

    The split is on the backticks themselves, so text from a submission can at most end a span
    early; what follows is then escaped.
    """
    shown = clean(message, limit=limit)
    parts: list[str] = []
    end = 0
    for span in _SPANS.finditer(shown):
        parts += [
            _keep_edges(shown[end : span.start()], limit),
            code(span.group(1), limit=limit),
        ]
        end = span.end()
    return "".join([*parts, _keep_edges(shown[end:], limit)])


def _keep_edges(piece: str, limit: int) -> str:
    """Escapes a piece of a line and keeps the spaces that part it from its neighbours."""
    if not piece.strip():
        return piece
    before = " " if piece[0] == " " else ""
    after = " " if piece[-1] == " " else ""
    return before + text(piece, limit=limit + 1) + after


def log_line(raw: str, *, limit: int = 500) -> str:
    """Returns text as one line of a job's log, in which a runner finds no command of its own.

    `::set-output …` and `##[error]` are broken by an invisible space wherever they stand, and
    there is no second line for one to begin.
    """
    return _COMMAND.sub(rf"\g<0>{_ZERO_WIDTH}", clean(raw, limit=limit))


def chat(raw: str, *, limit: int = 100) -> str:
    """Returns learner text for Discord: no mention, formatting or link, no emoji of a server."""
    shown = neutral(clean(raw, limit=limit))
    return _CHAT.sub(r"\\\g<0>", _AUTOLINK.sub(_ZERO_WIDTH, shown))


def html(raw: str, *, limit: int = 500) -> str:
    """Returns learner text for HTML element content, for summaries of `<details>`."""
    shown = neutral(clean(raw, limit=limit))
    return _HTML_CHARS.sub(lambda char: _HTML[char.group()], shown)


def page(raw: str, *, limit: int = 500) -> str:
    """Returns text for the site's pages, where it is text whatever extensions read them.

    Python-Markdown gives a meaning to far more signs than GitHub does (attributes in braces, keys,
    emoji, footnotes). An entity has none, in a paragraph, a heading or a table's cell alike.
    """
    return _SIGNS.sub(lambda sign: f"&#{ord(sign.group())};", clean(raw, limit=limit))


def page_code(raw: str, *, limit: int = 200) -> str:
    """Returns text for the site's pages as code that it cannot leave."""
    return f"<code>{page(raw, limit=limit)}</code>"


def page_prose(message: str, *, limit: int = 2000) -> str:
    """Returns a message for the site's pages: `quoted` names are code, all else is text."""
    shown = clean(message, limit=limit)
    parts = _SPANS.split(shown)  # text and the insides of spans in turn
    return "".join(
        page_code(part, limit=limit) if place % 2 else _keep_blanks(part, limit)
        for place, part in enumerate(parts)
    )


def _keep_blanks(piece: str, limit: int) -> str:
    before, after = piece[:1].isspace(), piece[-1:].isspace()
    said = page(piece, limit=limit + 1)
    return f"{' ' * before}{said}{' ' * (after and bool(said))}"
