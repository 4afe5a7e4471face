"""A report as HTML for a notebook's output: the Markdown of `report.md`, rendered.

Whatever a member wrote was escaped when the Markdown was made; nothing is added here.
"""

from __future__ import annotations

from html import escape

from markdown_it import MarkdownIt

from autograder.models import Report
from autograder.text.markdown import to_markdown


def report_html(report: Report) -> str:
    """The whole feedback of a member's own check as HTML."""
    text = to_markdown(report, official=False)
    renderer = MarkdownIt("commonmark", {"html": True}).enable("table")
    return f'<div class="pioneers-report">{renderer.render(text)}</div>'


def error_html(line: str) -> str:
    """One line that says what is wrong with the call."""
    return f'<p class="pioneers-error">⚠️ {escape(line)}</p>'
