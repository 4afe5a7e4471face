"""The catalogues say the same in both languages, and the escaper lets nothing through."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import autograder
from autograder.models import LANGUAGES, Finding, Language
from autograder.text import escape
from autograder.text.catalogue import Catalogue, catalogue, describe, spoken
from autograder.text.disclosure import SAFE_PARAMS

KO, EN = Catalogue("ko"), Catalogue("en")
KEYS = sorted(KO.keys())
ROOMS = {
    "invalid": (
        "missing empty not_json truncated encoding nbformat not_notebook no_notebook "
        "many_notebooks link not_a_file folder_instead too_large too_many_files too_many_cells "
        "bad_name no_code deep"
    ),
    "bundle": (
        "too_large too_many_rows too_many_columns too_deep bad_json bad_parquet bad_type bad_name "
        "not_finite bad_png link wrong_type too_long crashed not_plain call_failed lazy_failed "
        "changed not_sealed"
    ),
    "stopped": "wall cpu memory processes output disk crash",
    "answer": (
        "not_defined not_defined_near cell_failed cell_timeout not_run skipped_because placeholder"
    ),
    "check": "failed error no_verdict unknown_finding",
    "infra": "fault",
}


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def test_same_keys() -> None:
    assert KO.keys() == EN.keys()


def test_same_placeholders_and_plain_ones() -> None:
    for key in KEYS:
        assert placeholders(KO.template(key)) == placeholders(EN.template(key)), key
        for words in (KO, EN):
            assert all(name.isidentifier() for name in placeholders(words.template(key))), key
            assert words.template(key).strip(), key


@pytest.mark.parametrize("code", sorted(SAFE_PARAMS))
def test_every_finding_has_its_sentences_and_hidden_ones_use_safe_values_only(code: str) -> None:
    own = f"finding.{code}"
    whole = KO.has(own)
    assert whole or (KO.has(f"{own}.public") and KO.has(f"{own}.hidden"))
    assert placeholders(KO.template(own if whole else f"{own}.hidden")) <= SAFE_PARAMS[code]
    assert KO.has(f"{own}.next") or code.startswith("info.")


def test_report_has_no_sentence_that_nothing_says() -> None:
    source = "".join(
        path.read_text("utf-8") for path in Path(autograder.__file__).parent.rglob("*.py")
    )
    names = {key.split(".", 1)[1] for key in KEYS if key.startswith("report.")}
    unsaid = {name for name in names if not re.search(rf"[\".]{name}\b", source)}
    assert {name for name in unsaid if not name.startswith(("type_", "status_"))} == set()


def test_no_sentence_for_a_finding_that_nothing_makes() -> None:
    codes = {".".join(key.split(".")[1:3]) for key in KEYS if key.startswith("finding.")}
    assert codes == set(SAFE_PARAMS)


@pytest.mark.parametrize("room", ROOMS)
def test_codes_of_the_other_stages(room: str) -> None:
    for code in ROOMS[room].split():
        for words in (KO, EN):
            assert words.has(f"{room}.{code}"), code
            assert words.has(f"{room}.{code}.next"), code


def test_korean_is_korean_and_has_no_particle_glued_to_a_value() -> None:
    for key in KEYS:
        sentence = KO.template(key)
        latin = re.search(r"[A-Za-z]", re.sub(r"\{\w+\}", "", sentence))
        assert re.search(r"[가-힣]", sentence) or not latin, key
        assert not re.search(r"\}(을|를|이|가|은|는|와|과|로|으로)(?![가-힣])", sentence), key
        assert not re.search(r"[가-힣]", EN.template(key).replace("원", "")), key


def test_say() -> None:
    assert (
        EN.say("finding.frame.extra_rows", extra=1234567)
        == "There are 1,234,567 rows that should not be there."
    )
    assert "`x`" in EN.say("invalid.empty", name="x")
    with pytest.raises(KeyError):
        EN.say("finding.nothing.at_all")
    with pytest.raises(KeyError):
        EN.say("invalid.empty")
    with pytest.raises(ValueError, match="language"):
        Catalogue("fr")  # type: ignore[arg-type]


def test_one_of_a_thing_in_english() -> None:
    assert EN.say("finding.frame.extra_rows", extra=1).startswith("There is 1 row that")
    assert EN.say("finding.list.too_short", missing=1, count=2).startswith("1 item is missing;")
    assert EN.say("finding.list.too_short", missing=11, count=2).startswith("11 items are missing;")
    assert EN.say("report.rows", rows=1) == "1 row"
    assert EN.say("report.rows", rows=21) == "21 rows"


def test_values_are_spoken() -> None:
    assert [spoken(v) for v in (12345, 0.5, 3.0, True, None, "a`b", ["x", "y"])] == [
        "12,345",
        "0.5",
        "3",
        "`True`",
        "``",
        "`a'b`",
        "`x`, `y`",
    ]
    assert spoken([str(k) for k in range(20)]).endswith("… (+8)")
    assert len(spoken("x" * 10**6)) < 200
    assert len(spoken(10**5000)) < 50


def test_templates_cannot_reach_into_values() -> None:
    assert "{name.__class__}" in EN.say("invalid.empty", name="{name.__class__}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_describe(language: Language) -> None:
    findings = [
        Finding(
            "frame.values_differ", {"column": "revenue", "count": 2, "total": 90}, reveals=True
        ),
        Finding("info.arrived", {"type": "frame"}),
    ]
    public = describe(findings, "public", language)
    hidden = describe(findings, "hidden", language)
    assert "`revenue`" in public[0]
    assert public[1] == hidden[1] != ""
    assert public[0] != hidden[0]
    assert describe([], "public", language) == ("", "")
    assert describe([Finding("author.own", {})], "hidden", language)[0] == catalogue(language).say(
        "check.unknown_finding"
    )
    assert "–" in describe([Finding("bundle.too_many_rows", {"name": "x"})], "hidden", language)[0]


PIECES = [
    *"ab`*_[]()<>|#@!~\\$&:/.-+=\n\r\t 1가\u202e\x1b\u200b\ud800",
    *("http://a.b", "www.a.b", "<img src=x>", "@everyone", "</details>", "```", "![x](y)", "&lt;"),
]
HOSTILE = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
RENDER = MarkdownIt("gfm-like", {"html": True, "linkify": False})


def text_of(markdown: str) -> tuple[set[str], str]:
    """Returns the kinds of tokens that a piece of Markdown renders to, and its text."""
    kinds: set[str] = set()
    said: list[str] = []
    for token in RENDER.parse(markdown):
        for child in [token, *(token.children or [])]:
            kinds.add(child.type)
            if not child.children:
                said.append(child.content)
    return kinds, "".join(said)


@given(HOSTILE)
def test_escaped_text_is_only_text(raw: str) -> None:
    escaped = escape.text(raw)
    kinds, _ = text_of(escaped)
    assert kinds <= {"paragraph_open", "inline", "text", "text_special", "paragraph_close"}
    assert not re.search(r"@\w", escaped)
    assert not re.search(r"://|www\.", escaped)


@given(HOSTILE)
def test_a_code_span_cannot_be_left(raw: str) -> None:
    kinds, _ = text_of(f"| a | b |\n|---|---|\n| {escape.code(raw)} | x |")
    assert {"code_inline", "table_open"} <= kinds
    assert not {"html_inline", "html_block", "link_open", "image", "em_open", "fence"} & kinds
    assert RENDER.render(f"{escape.code(raw)}").count("<code>") == 1


@given(HOSTILE)
def test_prose_is_text_and_code_spans_only(raw: str) -> None:
    kinds, _ = text_of(f"> {escape.prose(raw)}")
    allowed = {
        "blockquote_open",
        "blockquote_close",
        "paragraph_open",
        "paragraph_close",
        "inline",
        "text",
        "text_special",
        "code_inline",
    }
    assert kinds <= allowed


@given(HOSTILE)
def test_html_holds_no_tag(raw: str) -> None:
    assert not re.search(r"[<>]", escape.html(raw))
    assert not re.search(r"@\w", escape.html(raw))


@given(st.text())
def test_clean_is_one_printable_line(raw: str) -> None:
    cleaned = escape.clean(raw, limit=50)
    assert len(cleaned) <= 50
    assert cleaned.isprintable() or cleaned.replace("\u3000", " ").isprintable()
