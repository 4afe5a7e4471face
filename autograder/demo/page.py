"""The demo's pull requests as one HTML page, drawn the way GitHub draws them. Text in, text out."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from markdown_it import MarkdownIt

from autograder.demo.place import SITE, Conversation, Remark
from autograder.models import Language
from autograder.text.catalogue import Catalogue, catalogue

_MARKDOWN = MarkdownIt("commonmark", {"html": True, "breaks": True}).enable(
    ["table", "strikethrough"]
)
_PAGE = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 15px/1.6 system-ui, sans-serif; color: #1f2328; background: #fff;
       max-width: 860px; margin: 2rem auto; padding: 0 1rem; word-break: keep-all; }}
h2 small {{ color: #59636e; font-weight: normal; }}
.label {{ border: 1px solid #d1d9e0; border-radius: 2em; padding: 0 .7em; font-size: 12px;
          margin-right: .4em; }}
.remark {{ border: 1px solid #d1d9e0; border-radius: 6px; margin: 1rem 0; overflow-x: auto; }}
.remark > header {{ background: #f6f8fa; border-bottom: 1px solid #d1d9e0; padding: .5rem 1rem;
                    font-weight: 600; }}
.earlier {{ background: #f6f8fa; border-bottom: 1px solid #d1d9e0; padding: .3rem 1rem; }}
.remark > div {{ padding: .2rem 1rem .6rem; }}
table {{ border-collapse: collapse; display: block; overflow-x: auto; }}
th, td {{ border: 1px solid #d1d9e0; padding: .3em .8em; }}
tr:nth-child(even) td {{ background: #f6f8fa; }}
code, pre {{ font: 13px/1.5 ui-monospace, monospace; background: #f2f3f5; border-radius: 6px; }}
code {{ padding: .15em .4em; }} pre {{ padding: .8em 1em; overflow-x: auto; }}
pre code {{ padding: 0; }}
blockquote {{ border-left: .25em solid #d1d9e0; color: #59636e; margin: 0; padding: 0 1em; }}
summary {{ cursor: pointer; }} hr {{ border: 0; border-top: 1px solid #d1d9e0; }}
@media (prefers-color-scheme: dark) {{
  body {{ color: #f0f6fc; background: #0d1117; }} a {{ color: #4493f8; }}
  code, pre, .earlier, .remark > header, tr:nth-child(even) td {{ background: #151b23; }}
  .remark, .remark > header, .label, th, td {{ border-color: #3d444d; }}
}}
</style>
<h1>{title}</h1>
<p>{lead}</p>
{body}
</html>
"""


def to_page(conversations: Sequence[Conversation], language: Language) -> str:
    """The whole page; lessons and notebooks lead to the files beside it."""
    words = catalogue(language)
    return _PAGE.format(
        language=language,
        title=html.escape(words.say("demo.title")),
        lead=html.escape(words.say("demo.lead")),
        body="\n".join(_conversation(each, words) for each in conversations),
    )


def _conversation(one: Conversation, words: Catalogue) -> str:
    labels = "".join(f'<span class="label">{html.escape(each)}</span>' for each in one.labels)
    title = f"{html.escape(one.login)}: {html.escape(one.assignment)}"
    remarks = "".join(_remark(each, words) for each in one.remarks)
    return f"<h2>{title} <small>#{one.number}</small></h2>\n<p>{labels}</p>\n{remarks}"


def _remark(one: Remark, words: Catalogue) -> str:
    told = html.escape(words.say("demo.earlier"))
    before = "".join(
        f'<details class="earlier"><summary>{told}</summary><div>{_body(each)}</div></details>'
        for each in one.earlier
    )
    head = f"<header>{html.escape(one.login)}</header>"
    return f'<div class="remark">{head}{before}<div>{_body(one.body)}</div></div>\n'


def _body(text: str) -> str:
    """A comment as HTML; links of the demo's site lead to the files that the demo wrote."""
    drawn = re.sub(rf'"{SITE}/([^"]*)/jobs/', '"jobs/', _MARKDOWN.render(text))
    return re.sub(rf'"{SITE}/([^"]*?)/?"', r'"site/\1/index.html"', drawn)
