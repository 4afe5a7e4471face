"""SQL in lessons: answered while the site is built, and words for what SQLite refuses."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from markdown import Markdown

from autograder import paths
from autograder.models import LANGUAGES
from autograder.site.inpage.tables import MAX_CELL, MAX_ROWS, Refused, answer, ask
from autograder.site.widgets import sql
from autograder.site.widgets.fences import fences

TABLES = {
    "people": {"columns": ["name", "age"], "rows": [["하린", 31], ["<b>", None], ["도윤", 1.5]]},
    "eats": {"columns": ["name", "food"], "rows": [["하린", "김밥"]]},
}


def test_every_query_of_the_lessons_is_answered_alike_in_both_languages() -> None:
    root = paths.root() / "curriculum"
    seen = 0
    for page in sorted((root / "ko").rglob("*.md")):
        both = [
            [each.body for each in fences(path.read_text("utf-8")) if each.language == sql.NAME]
            for path in (page, root / "en" / page.relative_to(root / "ko"))
        ]
        assert len(both[0]) == len(both[1]), page
        seen += len(both[0])
    assert seen >= 4


@pytest.mark.parametrize(
    ("query", "code", "near"),
    [
        ("select * from peple", "no_table", "people"),
        ("select * from zzz", "no_table", ""),
        ("select nme from people", "no_column", "name"),
        ("select eats.fod from eats", "no_column", "food"),
        ('select "x" . from people', "syntax", ""),
        ("select * form people", "syntax", ""),
        ("select (1", "unfinished", ""),
        ("select 'a", "unfinished", ""),
        ("select 1; select 2", "several", ""),
        ("select name from people join eats", "ambiguous", ""),
        ("select 1 from people where sum(age) > 1", "aggregate", ""),
        ("select 1 from people where row_number() over () = 1", "aggregate", ""),
        ("select nope(1)", "no_function", ""),
        ("attach 'file.db' as other", "other", ""),
        ("select zeroblob(900000000)", "other", ""),
        ("select '\0'", "other", ""),
    ],
)
def test_what_sqlite_refuses_is_said_in_both_languages(query: str, code: str, near: str) -> None:
    with pytest.raises(Refused) as caught:
        ask(TABLES, query)
    assert (caught.value.code, caught.value.near) == (code, near)
    for language in LANGUAGES:
        told = json.loads(answer(json.dumps(TABLES), query, language))
        assert told["message"]
        assert told["next"]
        assert near in told["next"]


def test_a_query_without_end_is_stopped() -> None:
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n"
    with pytest.raises(Refused) as caught:
        ask(TABLES, endless, seconds=0.2)
    assert caught.value.code == "late"


def test_answers_are_plain_and_capped() -> None:
    rows = "with recursive n(i) as (select 1 union all select i + 1 from n limit 9999) "
    told = json.loads(answer(json.dumps(TABLES), rows + "select i from n", "ko"))
    assert len(told["rows"]) == MAX_ROWS
    assert told["more"] is True
    cells = "select 9e999, 9223372036854775807, x'00ff', printf('%.*c', 999, 'x'), null, 1.5"
    found = json.loads(answer(json.dumps(TABLES), cells, "ko"))["rows"][0]
    assert found[:3] == ["inf", "9223372036854775807", "x'00ff'"]
    assert len(found[3]) == MAX_CELL
    assert found[4:] == [None, 1.5]


def test_a_change_stays_in_its_own_question() -> None:
    assert ask(TABLES, "delete from people") == ([], [])
    assert ask(TABLES, "select count(*) from people")[1] == [[3]]
    assert ask(TABLES, "") == ([], [])


def test_cells_and_data_are_text_in_the_page() -> None:
    query = "select name, age from people order by rowid -- </script><b>"
    made = sql.render(query, TABLES, "ko")
    assert "<td>&lt;b&gt;</td>" in made
    assert ">NULL</td>" in made
    assert "<b>" not in made
    assert made.count("</script>") == 1
    inside = made.partition('<script type="application/json">')[2].partition("</script>")[0]
    assert json.loads(inside) == {"language": "ko", "query": query, "tables": TABLES}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense =", "cannot be read"),
        ("[other.t]\ncolumns = ['a']\nrows = []", "no tables 'one' in curriculum/tables.toml"),
        ("one = 3", "no tables 'one'"),
        ("[one]\nt = 3", "one.t has no columns"),
        ("[one.t]\ncolumns = []\nrows = []", "one.t has no columns"),
        ("[one.t]\ncolumns = ['a', 'A']\nrows = []", "one.t has no columns"),
        ("[one.t]\ncolumns = ['a']\nrows.ko = [[1]]", "one.t has no rows in en"),
        ("[one.t]\ncolumns = ['a']\nrows = [[1], [1, 2]]", "row 2 of one.t"),
        ("[one.t]\ncolumns = ['a']\nrows = [[[1]]]", "row 1 of one.t"),
    ],
)
def test_tables_that_are_not_right_are_told(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "tables.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(sql.SqlError, match=said.replace("[", r"\[")):
        sql.table_set(file, "one", "en")


def _page(text: str) -> str:
    fence = {"name": sql.NAME, "class": sql.NAME, "format": sql.fence, "validator": sql.validate}
    extension = "pymdownx.superfences"
    settings = {extension: {"custom_fences": [fence]}}
    made: str = Markdown(extensions=[extension], extension_configs=settings).convert(text)
    return made


def test_a_fence_becomes_query_and_answer() -> None:
    made = _page('```sql-run tables="club"\nSELECT DISTINCT food FROM eats ORDER BY food\n```\n')
    assert "<td>김밥</td>" in made
    assert "disabled" in made


@pytest.mark.parametrize(
    ("fence", "said"),
    [
        ("```sql-run\nselect 1\n```\n", "has no tables"),
        ('```sql-run tables="nope"\nselect 1\n```\n', "no tables 'nope'"),
        ('```sql-run tables="club" more="1"\nselect 1\n```\n', "has no tables"),
        ('```sql-run tables="club"\nselect 1 from eat\n```\n', "There is no table `eat`"),
    ],
)
def test_a_fence_that_cannot_be_shown_stops_the_build(fence: str, said: str) -> None:
    with pytest.raises(Exception, match=said):
        _page(fence)


def test_the_line_of_a_fence_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "curriculum" / "en" / "week1" / "day3.md"
    page.parent.mkdir(parents=True)
    page.write_text('# A\n\n```sql-run tables="nope"\nselect 1\n```\n', "utf-8")
    monkeypatch.setenv("PIONEERS_ROOT", str(tmp_path))
    (tmp_path / "curriculum" / "tables.toml").write_text("", "utf-8")
    relpath = SimpleNamespace(file=SimpleNamespace(src_uri="en/week1/day3.md"))
    md = SimpleNamespace(treeprocessors={"relpath": relpath})
    with pytest.raises(sql.Unshowable, match=r"curriculum/en/week1/day3\.md:3: no tables 'nope'"):
        sql.fence("select 1", sql.NAME, sql.NAME, {"tables": "nope"}, md)
