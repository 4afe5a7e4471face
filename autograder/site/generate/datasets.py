"""A page for each dataset: what its tables are, from the declaration that the data are drawn by.

Rows, sizes and plots are measured on the public data (`facts`). Knows no assignment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

from autograder.data.spec import Column, Dataset, Table
from autograder.data.spec_reader import load
from autograder.models import LANGUAGES, Language
from autograder.reference import PUBLIC_SEED
from autograder.site.generate import drawing, markup
from autograder.site.generate.facts import SCALE, SCALES, Facts, facts
from autograder.site.generated import Generated, Sources
from autograder.text import escape
from autograder.text.catalogue import spoken

_CELL: Final = 44
"""Characters of a value that a table of rows shows."""


def pages(sources: Sources) -> Iterator[Generated]:
    """A page for each folder of `datasets/`.

    Raises:
        DataError: a declaration is not right; it names the file.
    """
    folder = sources.root / "datasets"
    for path in sorted(folder.glob("*/dataset.toml")):
        dataset = load(path.parent.name, folder)
        measured = facts(dataset, sources.cache)
        source = path.relative_to(sources.root).as_posix()
        for language in LANGUAGES:
            text = _Page(dataset, measured, language).text()
            yield Generated(f"{language}/datasets/{dataset.id}.md", text, source)


@dataclass(frozen=True)
class _Page:
    """One dataset's page in one language."""

    dataset: Dataset
    facts: Facts
    language: Language

    def text(self) -> str:
        own = self.dataset
        about = escape.page_prose(own.about[self.language])
        head = [f"# {escape.page(own.title[self.language])}", about, self._say("lead")]
        head.append(markup.fenced(f"./pioneers data build {own.id}", "bash"))
        head.append(
            self._say("public", scale=f"{SCALE:g}", seed=str(PUBLIC_SEED), licence=own.licence)
        )
        tables = [part for table in own.tables for part in self._table(table)]
        return markup.page(*head, *self._diagram(), *self._sizes(), *self._plots(), *tables)

    def _say(self, key: str, /, **ready: str) -> str:
        return markup.words(self.language, f"dataset.{key}", **ready)

    def _section(self, key: str) -> str:
        return markup.heading(2, self._say(key), key)

    def _diagram(self) -> Iterator[str]:
        """How the tables belong together, as an entity diagram."""
        yield self._section("diagram")
        yield self._say("diagram_lead")
        drawn = ["erDiagram", f"    %% title: {self._say('diagram_alt')}"]
        for table in self.dataset.tables:
            if table.dialect:
                told = f'{table.dialect.of} ||..o{{ {table.name} : "{table.dialect.name}"'
                drawn.append(f"    {told}")
            for column in table.columns:
                if (target := self._refers(table, column)) is not None:
                    drawn.append(f"    {target[0]} ||--o{{ {table.name} : {column.name}")
        for table in self.dataset.tables:
            drawn += [f"    {table.name} {{", *self._keys(table), "    }"]
        yield markup.fenced("\n".join(drawn), "mermaid")

    def _keys(self, table: Table) -> Iterator[str]:
        """The columns that rows are known and joined by."""
        for column in table.columns:
            refers = self._refers(table, column) is not None
            mark = "PK" if column.name in table.key else "FK"
            if column.name in table.key or refers:
                yield f"        {column.type} {column.name} {mark}"

    def _refers(self, table: Table, column: Column) -> tuple[str, str] | None:
        found = column.draw.refers(self.dataset, table) if column.draw else None
        return (found.table, found.column) if found else None

    def _sizes(self) -> Iterator[str]:
        """Rows by scale: of a dialect about as many as its dirt makes of the rows it tells."""
        scales = [f"{scale:g}" for scale in SCALES]
        rows = []
        for table in self.dataset.tables:
            cells = [f"[{escape.page_code(table.name)}](#{table.name})"]
            base = self.facts.forecast[scales[0]]["rows"][table.name]
            for scale in scales:
                wanted = self.facts.forecast[scale]["rows"][table.name]
                about = wanted * self.facts.rows[table.name] / base
                exact = table.dialect is None or scale == scales[0]
                cells.append(spoken(round(about)) if exact else self._about(about))
            rows.append(cells)
        size = [self.facts.forecast[scale]["size"] for scale in scales]
        rows.append([f"**{self._say('all')}**", *size])
        heads = [self._say("column_table"), *(self._say("scale", scale=each) for each in scales)]
        yield self._section("sizes")
        yield self._say("sizes_lead")
        yield markup.table(heads, rows, "---|" + "|".join(["--:"] * len(scales)))

    def _about(self, number: float) -> str:
        return self._say("about", number=spoken(int(float(f"{number:.2g}"))))

    def _plots(self) -> Iterator[str]:
        shown = [
            (name, draw) for name, draw in DRAWN.get(self.dataset.id, {}).items()
            if name in self.facts.plots
        ]  # fmt: skip
        if shown:
            yield self._section("plots")
        for name, draw in shown:
            told, svg = draw(self.facts.plots[name], self._say)
            caption = self._say(f"plot_{name}", **told)
            yield markup.heading(3, self._say(f"plot_{name}_title"), f"plot-{name}")
            yield f'<figure class="plot">{svg}</figure>'
            yield caption

    def _table(self, table: Table) -> Iterator[str]:
        yield markup.heading(2, escape.page_code(table.name), table.name)
        yield escape.page_prose(table.about[self.language])
        yield "\n".join(f"- {fact}" for fact in self._table_facts(table))
        heads = [self._say(f"column_{name}") for name in ("column", "type", "meaning")]
        rows = [
            [escape.page_code(column.name), escape.page_code(column.type),
             self._meaning(table, column)]
            for column in table.columns
        ]  # fmt: skip
        yield markup.table(heads, rows)
        names = [escape.page_code(column.name) for column in table.columns]
        values = [[self._value(value) for value in row] for row in self.facts.samples[table.name]]
        yield f"**{self._say('rows')}**"
        yield markup.table(names, values)

    def _table_facts(self, table: Table) -> Iterator[str]:
        key = ", ".join(map(escape.page_code, table.key))
        yield self._say("key", key=key)
        if table.dialect:
            of = f"[{escape.page_code(table.dialect.of)}](#{table.dialect.of})"
            yield self._say("dialect", of=of)
            for name, rate in table.dialect.dirt.items():
                yield self._say(f"dirt_{name}", percent=spoken(round(100 * rate, 2)))
        if table.partition:
            example = escape.page_code(f"{table.partition.by}=2026-01")
            yield self._say("partition", of=escape.page_code(table.partition.of), example=example)
        for name in table.also:
            folder = escape.page_code(f"{table.name}_{name}")
            yield self._say(f"also_{name}", folder=folder)

    def _meaning(self, table: Table, column: Column) -> str:
        parts = [escape.page_prose(column.about[self.language])]
        if (target := self._refers(table, column)) is not None:
            parts.append(f"→ [{escape.page_code('.'.join(target))}](#{target[0]})")
        if column.nulls is not None and column.nulls.rate:
            percent = spoken(round(100 * column.nulls.rate, 2))
            when = "nulls_when" if column.nulls.when else "nulls"
            parts.append(self._say(when, percent=percent))
        return " · ".join(parts)

    def _value(self, value: Any) -> str:
        """A value of a row: texts in quotes, so that blanks at their ends are seen."""
        if value is None:
            return "*null*"
        if isinstance(value, dict):
            return escape.page_code(value["said"], limit=_CELL)
        if isinstance(value, list):
            return escape.page_code("[" + ", ".join(value) + "]", limit=_CELL)
        if isinstance(value, int):
            return escape.page_code(str(value))
        cut = value if len(value) <= _CELL else value[: _CELL - 1] + "…"
        return escape.page_code(f'"{cut}"')


Say = Callable[..., str]
Drawn = Callable[[Any, Say], tuple[Mapping[str, str], str]]


def _sales(numbers: Any, say: Say) -> tuple[Mapping[str, str], str]:
    days = numbers["days"]
    firsts = {place: day[:7] for place, day in enumerate(days) if day.endswith("-01")}
    svg = drawing.lines(
        numbers["series"], firsts, title=say("plot_sales_alt"), unit=say("plot_sales_unit")
    )
    return {}, svg


def _skew(numbers: Any, say: Say) -> tuple[Mapping[str, str], str]:
    shares = list(accumulate(numbers))
    tenth = max(1, round(len(numbers) / 10))
    told = {
        "games": spoken(len(numbers)),
        "tenth": spoken(tenth),
        "percent": spoken(round(100 * shares[tenth - 1] / shares[-1])),
    }
    values = {f"{place}": value for place, value in enumerate(numbers, start=1)}
    svg = drawing.columns(
        values, title=say("plot_skew_alt", **told), unit=say("plot_skew_unit"), every=20
    )
    return told, svg


def _minutes(numbers: Any, say: Say) -> tuple[Mapping[str, str], str]:
    title = say("plot_minutes_alt")
    return {}, drawing.columns(numbers, title=title, unit=say("plot_minutes_unit"))


def _skills(numbers: Any, say: Say) -> tuple[Mapping[str, str], str]:
    listed = ", ".join(f"{name} {share}%" for name, share in numbers.items())
    return {}, drawing.bars(numbers, title=say("plot_skills_alt", listed=listed), mark="%")


DRAWN: Final[Mapping[str, Mapping[str, Drawn]]] = {
    "games": {"sales": _sales, "skew": _skew, "minutes": _minutes, "skills": _skills}
}
"""How the plots of a dataset are drawn from what `facts` measured, in the order of the page."""
