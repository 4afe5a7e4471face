"""The search's index: what is read from pages, how it is segmented, what is written and kept."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from autograder.errors import ConfigError
from autograder.site import node, search
from autograder.site.search import dictionary, latin
from autograder.site.search.dictionary import Dictionary
from autograder.site.search.sections import MOST_CHARACTERS, Section

HERE = Path(__file__).parent
NAMES = ("데이터 프레임", "풀 리퀘스트", "윈도 함수")
WORDS = Dictionary(NAMES, (("풀 리퀘스트", "pull request", "PR"), ("스파크", "Spark")))


def collected(html: str) -> list[tuple[str, str, str, str]]:
    found = search.collect(html, url="day2/", title="청소")
    return [(each.anchor, each.title, each.text, each.code) for each in found]


def written(sections: list[Section], tmp_path: Path, words: Dictionary = WORDS) -> dict[str, Any]:
    done = search.write(sections, tmp_path / "search", "ko", words, tmp_path / "cache")
    index: dict[str, Any] = json.loads(done.path.read_text(encoding="utf-8"))
    assert done.size_bytes == done.path.stat().st_size
    return index


def section(text: str, *, title: str = "", anchor: str = "", code: str = "") -> Section:
    return Section("day2/", "수업", anchor, title or "수업", text, code)


def terms_of(text: str, tmp_path: Path) -> set[str]:
    return set(written([section(text)], tmp_path)["terms"])


def test_a_page_is_cut_at_its_headings() -> None:
    html = """
      <h1 id="top">청소<a class="headerlink" href="#top">¶</a></h1><p>첫 <code>show()</code> 줄</p>
      <h2 id="why">왜 <em>먼저</em><a class="headerlink" href="#why">¶</a></h2>
      <p>하나</p><p>둘</p>
      <div><pre><span></span><code><span>x</span> <span>=</span> 1</code></pre></div>
      <ul><li>셋</li></ul>
    """
    assert collected(html) == [
        ("", "청소", "첫 show() 줄", ""),
        ("why", "왜 먼저", "하나 둘 셋", "x = 1"),
    ]


def test_what_nobody_reads_is_not_indexed() -> None:
    html = """
      <h1 id="top">청소</h1><script>let secret</script><style>p{}</style>
      <svg><text>axis</text></svg><div data-search-exclude><h2 id="x">no</h2><p>no</p></div>
      <table class="highlighttable"><td class="linenos">1 2 3</td><td><pre>df.show() # (1)!
foo(1)</pre></td></table><p>yes</p>
    """
    assert collected(html) == [("", "청소", "yes", "df.show() foo(1)")]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", [("", "청소", "", "")]),
        ("<p>제목 없는 쪽", [("", "청소", "제목 없는 쪽", "")]),
        ("</p></div>끝<b", [("", "청소", "끝<b", "")]),
        ("<h1>청소</h1><h2>이름 없음</h2><p>글</p>", [("", "청소", "이름 없음 글", "")]),
        (
            '<h1 id="a">a &lt;b&gt; &amp; \u202eb</h1>&lt;script&gt;',
            [("", "a <b> & \u202eb", "<script>", "")],
        ),
        ("<div>" * 5000 + "깊은 곳", [("", "청소", "깊은 곳", "")]),
    ],
)
def test_any_html_is_read(html: str, expected: list[tuple[str, str, str, str]]) -> None:
    assert collected(html) == expected


def test_a_huge_section_is_cut() -> None:
    (found,) = search.collect("<p>" + "긴 글 " * 100_000, url="x/", title="x")
    assert len(found.text) == MOST_CHARACTERS


def test_front_matter_may_leave_a_page_out_or_weigh_it() -> None:
    def weighed(settings: object) -> list[Section]:
        return search.collect("<p>글</p>", url="x/", title="x", settings=settings)

    assert weighed({"exclude": True}) == []
    assert [each.boost for each in weighed({"boost": 0.5})] == [0.5]
    assert [each.boost for each in weighed("nonsense")] == [1.0]
    for boost in (0, -1, "much", float("nan"), float("inf"), None):
        with pytest.raises(ConfigError, match="x/: search: boost"):
            weighed({"boost": boost})


def test_words_are_cut_as_the_browser_cuts_them() -> None:
    expected = json.loads((HERE / "search_words.json").read_text(encoding="utf-8"))
    assert {word: latin.terms(word) for word in expected} == expected


def test_particles_and_endings_go_and_compounds_stay_with_their_parts(tmp_path: Path) -> None:
    assert terms_of("데이터프레임을 청소하면서 채점기가 틀렸어요", tmp_path) >= {
        "데이터프레임", "데이터", "프레임", "청소", "채점기", "틀리다", "수업",
    }  # fmt: skip


def test_numbers_and_names_stay_whole(tmp_path: Path) -> None:
    found = terms_of("w1d2-dataframe 과제는 0점이고 9시간 걸려요. dropDuplicates()로", tmp_path)
    assert {"w1d2-dataframe", "w1d2", "datafram", "0점", "9시간", "drop", "duplicat"} <= found
    assert not {"0", "9", "1", "2", "로", "는"} & found


def test_a_name_with_a_space_is_found_however_it_is_written(tmp_path: Path) -> None:
    index = written([section("풀 리퀘스트"), section("풀리퀘스트", anchor="b")], tmp_path)
    assert index["terms"]["풀리퀘스트"][:2] == [2, 0]  # in two sections, from the first
    assert index["terms"]["풀리퀘스트"][3] == 1  # and in the next


def test_each_verb_comes_with_the_shapes_it_takes(tmp_path: Path) -> None:
    shapes = written([section("줄을 골라요. 도와주세요. 많이 들었어요.")], tmp_path)["shapes"]
    assert all("고르다" in shapes[shape] for shape in ("고르", "골라", "골랐", "고른"))
    assert all("듣다" in shapes[shape] for shape in ("듣", "들어", "들었")) or "들다" in str(shapes)


def test_titles_weigh_more_than_text_and_text_more_than_code(tmp_path: Path) -> None:
    sections = [
        section("조인"),
        section("글", title="조인", anchor="b"),
        section("글", title="글", anchor="c", code="조인"),
    ]
    in_text, in_title, in_code = written(sections, tmp_path)["terms"]["조인"][2::2]
    assert in_title > in_text > in_code


def test_words_that_mean_the_same_lead_to_what_is_there(tmp_path: Path) -> None:
    index = written([section("PR을 올려요. Spark로 풀어요.")], tmp_path)
    assert index["same"]["풀리퀘스트"] == [["pr"]]  # nothing says "pull request" here
    assert index["same"]["pullrequest"] == [["pr"]]
    assert "pr" not in index["same"]
    assert index["same"]["스파크"] == [["spark"]]
    assert index["names"] == ["PR", "Spark"]


def test_only_what_changed_is_segmented_again(tmp_path: Path) -> None:
    def segmented(*texts: str, words: Dictionary = WORDS) -> int:
        sections = [section(text, anchor=str(place)) for place, text in enumerate(texts)]
        return search.write(sections, tmp_path / "s", "ko", words, tmp_path / "cache").segmented

    assert segmented("첫 글", "둘째 글") > 2
    before = (tmp_path / "s" / "ko.json").read_bytes()
    assert segmented("첫 글", "둘째 글") == 0
    assert (tmp_path / "s" / "ko.json").read_bytes() == before
    assert segmented("첫 글", "다른 글") == 1
    assert segmented("첫 글", "다른 글", words=Dictionary()) > 0  # other names, other words
    (tmp_path / "cache" / "ko.json").write_text('{"version": [', encoding="utf-8")
    assert segmented("첫 글") > 0


def test_a_site_without_pages_has_an_index(tmp_path: Path) -> None:
    index = written([], tmp_path, Dictionary())
    assert (index["sections"], index["terms"]) == ([], {})


def test_the_dictionary_is_the_glossary_and_what_people_say(tmp_path: Path) -> None:
    glossary = tmp_path / "glossary.toml"
    glossary.write_text(
        '[[term]]\nid = "dataframe"\nko = "데이터프레임"\nen = "DataFrame"\n'
        'also = ["데이터 프레임"]\nmeaning.ko = "표"\nmeaning.en = "a table"\n',
        encoding="utf-8",
    )
    words = tmp_path / "words.toml"
    words.write_text('same = [["깔다", "설치", "install"], ["깃", "git"]]', encoding="utf-8")
    found = dictionary.read(glossary, words)
    # One spelling is enough, a verb is no name, and a syllable is known to everybody.
    assert found.names == ("데이터 프레임", "설치")
    assert found.groups[0] == ("데이터프레임", "DataFrame", "데이터 프레임")
    assert dictionary.read(tmp_path / "none.toml", words).groups == found.groups[1:]


@pytest.mark.parametrize("body", ["same = [1]", "same = 1", "other = []", "same = [", "\ud800"])
def test_a_list_of_words_that_is_none_is_told(tmp_path: Path, body: str) -> None:
    words = tmp_path / "words.toml"
    words.write_bytes(body.encode("utf-8", "surrogatepass"))
    with pytest.raises(ConfigError, match=r"words\.toml"):
        dictionary.read(tmp_path / "none.toml", words)


def test_the_words_that_come_with_the_search_can_be_read() -> None:
    assert ("스파크", "Spark") in search.words(Path("/none.toml")).groups


SETTINGS = '<script id="__config" type="application/json">{}</script>'


def test_a_page_is_pointed_at_the_worker_of_its_language() -> None:
    stock = SETTINGS.format(
        '{"base": "../..", "search": "../../assets/javascripts/workers/search.1f.min.js",'
        ' "translations": {"x": "\\u003c/script\\u003e"}}'
    )
    page = search.point(f'<html lang="en" class="no-js">{stock}<p>search')
    assert '"search": "../../assets/javascripts/search-worker.js?en"' in page
    assert page.count("</script>") == 1
    assert r"\u003c/script>" in page


@pytest.mark.parametrize("html", ["<html lang=ko><p>", SETTINGS.format('{"search": "other.js"}')])
def test_a_page_without_the_themes_search_stays_as_it_is(html: str) -> None:
    assert search.point(html) == html


def test_the_engine(tmp_path: Path) -> None:
    """The browser's half, in node."""
    done = subprocess.run(
        [str(node.NODE), "--no-warnings", "--test", str(HERE / "search.test.mjs")],
        cwd=tmp_path, env={**os.environ, "NODE_OPTIONS": ""}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
