"""Each fault of the course's pages is told with file and line, all of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from autograder.site.lint import lint

GOOD_QUIZ = """```quiz
question = "?"
[[choice]]
text = "a"
right = true
why = "b"
[[choice]]
text = "c"
why = "d"
```
"""
GOOD = f"# Title\n\n## Part {{ #part }}\n\n[here](#part) [there](other.md#part)\n\n{GOOD_QUIZ}"


def course(folder: Path, pages: Mapping[str, str | bytes] | None = None) -> Path:
    """A course of two pages in both languages, with `pages` written over it."""
    files: dict[str, str | bytes] = {
        f"{language}/{name}.md": GOOD for language in ("ko", "en") for name in ("page", "other")
    }
    for name, body in {**files, **(pages or {})}.items():
        path = folder / "curriculum" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return folder / "curriculum"


def told(curriculum: Path, **lessons: str) -> list[str]:
    names = {name.replace("_", "-"): lesson for name, lesson in lessons.items()}
    found = lint(curriculum, {"ko/made.md": "## A { #a }", "ko/file.zip": b""}, names)
    return [str(fault) for fault in found]


def test_a_good_course_has_no_fault(tmp_path: Path) -> None:
    assert told(course(tmp_path)) == []


KO = "curriculum/ko/page.md"
CASES = {
    "image": ("![](x.png)", f"{KO}:1: image x.png has no alt text"),
    "image by name": ("\n![ ][x]", f"{KO}:2: image  has no alt text"),
    "image tag": ("\n\n<img\n src='x.png'>", f"{KO}:3: image x.png has no alt text"),
    "image elsewhere": ("![a](https://x.example/a.png)", "https://x.example/a.png lies on another"),
    "script elsewhere": ("\n<script src='//x.example/a.js'></script>", f"{KO}:2: <script> loads"),
    "after a script": ("<script>\n<iframe src='http://x.example'>", f"{KO}:2: <iframe> loads"),
    "style elsewhere": ("<link rel=stylesheet href=HTTPS://x.example/a.css>", "<link> loads"),
    "source set": ("<img alt='' srcset='a.png 1x, https://x.example/b.png 2x'>", "<img> loads"),
    "style attribute": ("<p style='background: url( //x.example/a)'>", "has a style from another"),
    "handler": ("<p onclick='a()'>", f"{KO}:1: <p> runs a script"),
    "dead link": ("a\n\n[a](gone.md)", f"{KO}:3: gone.md leads nowhere"),
    "dead file": ("[a](gone.zip)", f"{KO}:1: gone.zip leads nowhere"),
    "dead anchor": ("[a](other.md#gone)", f"{KO}:1: ko/other.md has no anchor #gone"),
    "dead anchor here": ("[a](#gone)", f"{KO}:1: ko/page.md has no anchor #gone"),
    "anchor of a made page": ("[a](made.md#b)", f"{KO}:1: ko/made.md has no anchor #b"),
    "absolute": ("[a](/other/)", f"{KO}:1: /other/ is absolute"),
    "unknown assignment": ("\n과제: `w9-none`\n", f"{KO}:2: there is no assignment w9-none"),
    "another's assignment": ("과제: `w1-a`\n", f"{KO}:1: assignment w1-a names the lesson other"),
    "no anchor": ("## A\n", f"{KO}:1: heading without an anchor"),
    "other anchor": ("a\n## A { #a }\n", f"{KO}:2: heading #a is not in curriculum/en/page.md"),
    "quiz without an answer": (
        "a\n\n" + GOOD_QUIZ.replace("right = true\n", ""), f"{KO}:4: the quiz has no right answer"
    ),
    "quiz that is no TOML": (
        GOOD_QUIZ.replace('text = "a"', "text = a"), f"{KO}:4: the quiz is not TOML"
    ),
    "quiz in a list": ("- a\n\n    ```quiz\n    question = 1\n    ```\n", f"{KO}:4: question is"),
    "not UTF-8": ("a\n두".encode("euc-kr"), f"{KO}:2: is not UTF-8 text; save it as UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_fault_is_told_with_its_line(tmp_path: Path, case: str) -> None:
    body, expected = CASES[case]
    lines = told(course(tmp_path, {"ko/page.md": body}), w1_a="other")
    assert any(expected in line for line in lines), lines


HARMLESS = {
    "in a fence": "````markdown\n```quiz\nno = 1\n```\n![](x.png) [a](gone.md)\n````\n",
    "in a span": "`![](x.png)` ``[a](gone.md) ` `` `<script src='//x'>`",
    "in a comment": "<!-- ![](x.png)\n[a](gone.md) -->",
    "a link away": "<https://x.example> [a](https://x.example) [b](mailto:a@x.example)",
    "a made file": "[a](file.zip) [b](made.md#a) [c](other.md#part)",
    "a drawing of no meaning": "<img alt='' src='file.zip'>",
    "front matter": "---\ntitle: '[a](gone.md)'\n---\n\na",
}


@pytest.mark.parametrize("case", HARMLESS)
def test_what_only_looks_like_a_fault_is_none(tmp_path: Path, case: str) -> None:
    plain = {"ko/page.md": HARMLESS[case], "en/page.md": "a"}
    pages = {**plain, "ko/other.md": "## A { #part }", "en/other.md": "## A { #part }"}
    assert told(course(tmp_path, pages)) == []


def test_pages_mirror_each_other(tmp_path: Path) -> None:
    more = {
        "ko/only.md": "a",
        "en/lonely.md": "a",
        "loose.md": "a",
        "en/other.md": GOOD.replace('text = "a"\nright = true', 'text = "a"').replace(
            'text = "c"', 'text = "c"\nright = true'
        ),
    }
    assert told(course(tmp_path, more)) == [
        "curriculum/en/lonely.md:1: has no mirror page; write curriculum/ko/lonely.md",
        "curriculum/en/other.md:7: quizzes differ from those of curriculum/ko/other.md; "
        "give both the same questions, choices and right answers",
        "curriculum/ko/only.md:1: has no mirror page; write curriculum/en/only.md",
        "curriculum/loose.md:1: lies outside of ko/ and en/; move it into one of them",
    ]


def test_names_of_files_are_plain(tmp_path: Path) -> None:
    lines = told(course(tmp_path, {"ko/그림 1.png": b"", "ko/a\nb.png": b"", "ko/ok-1.2.png": b""}))
    assert [line.split(": ", 1)[1].split("; ")[0] for line in lines] == [
        r"the name \uadf8\ub9bc 1.png has odd characters",
        r"the name a\nb.png has odd characters",
    ]
    assert all("\n" not in line for line in lines)


def test_an_assignment_names_a_lesson_that_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "assignments" / "w1-a"
    folder.mkdir(parents=True)
    (folder / "assignment.toml").write_text('id = "w1-a"\nlesson = "week9/day9"\n')
    found = lint(
        course(tmp_path), {}, {"w1-a": "week9/day9", "w1-b": "", "w1-c": "page"},
        tmp_path / "assignments",
    )  # fmt: skip
    assert [str(fault) for fault in found] == [
        "assignments/w1-a/assignment.toml:2: lesson week9/day9 is no page; "
        "write curriculum/ko/week9/day9.md"
    ]


def test_a_term_names_a_page_that_is_there(tmp_path: Path) -> None:
    term = '[[term]]\nid = "a"\nko = "가"\nen = "a"\nmeaning.ko = "가"\nmeaning.en = "a"\n'
    glossary = f'\n{term}page = "gone"\n'
    assert told(course(tmp_path, {"glossary.toml": glossary})) == [
        "curriculum/glossary.toml:2: page gone of a is no page; "
        "write curriculum/ko/gone.md or mend the key"
    ]
