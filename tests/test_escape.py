"""A line of a job's log, written by a member, starts nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.text import escape

# What GitHub's runner looks for: `::name` after leading white space, `##[name]` anywhere.
RUNNER = re.compile(r"^\s*::|##\[", re.MULTILINE)
COMMANDS = (
    "::set-output name=score::100",
    "  ::add-mask::x",
    "fine\n::error::not fine",
    "fine\r::stop-commands::word",
    "fine\u2028::warning::x",
    "##[error]x",
    "###[group]x",
    ":::::::debug::x",
    "\x1b[2K::error::x",
    "\u200b::error::x",
    "\ufeff::error::x",
    ":\u202e:error::x",
)


@pytest.mark.parametrize("raw", COMMANDS)
def test_a_command_in_a_log_is_only_words(raw: str) -> None:
    said = escape.log_line(raw)
    assert not RUNNER.search(said)
    assert len(said.splitlines()) == 1


@given(st.text(alphabet=":#[]! \n\r\t\x1b\u200ba", max_size=40))
def test_no_text_makes_a_command(raw: str) -> None:
    said = escape.log_line(raw)
    assert not RUNNER.search(said)
    assert len(said.splitlines()) <= 1


def test_other_words_are_kept_and_long_ones_cut() -> None:
    assert escape.log_line("하늘: 7 / 10 #3") == "하늘: 7 / 10 #3"
    assert len(escape.log_line("x" * 10_000)) == 500
