"""A quiz fence is a question that can be answered, or the build stops."""

from __future__ import annotations

import markdown
import pytest
from mkdocs.exceptions import BuildError

from autograder.site.widgets import quiz
from autograder.text.catalogue import catalogue

ONE = """question = "What of `a < b`?"
[[choice]]
text = "1. **yes**"
right = true
why = "[here](#a)"
[[choice]]
text = "<script>alert(1)</script>"
why = "# no"
"""


def test_a_quiz_is_a_form_that_names_its_parts() -> None:
    made = quiz.render(quiz.parse(ONE), "week1/day2#3", catalogue("en"))
    assert 'data-quiz="week1/day2#3" data-shape="10"' in made
    assert "<legend>3. What of <code>a &lt; b</code>?" in made
    assert made.count('type="radio" name="quiz-3"') == 2
    assert "<span>1. <strong>yes</strong></span>" in made
    assert '<a href="#a">here</a>' in made
    assert made.count('data-right="true"') == 1


def test_tags_and_headings_in_a_text_are_text() -> None:
    made = quiz.render(quiz.parse(ONE), "a#1", catalogue("ko"))
    assert "<script" not in made
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in made
    assert "<h1" not in made
    assert "# no" in made


def test_several_right_answers_are_boxes_to_tick() -> None:
    several = quiz.parse(ONE + "right = true\n")
    assert several.several
    assert several.shape == "11"
    assert 'type="checkbox"' in quiz.render(several, "a#1", catalogue("ko"))


@pytest.mark.parametrize(
    ("body", "line", "what"),
    [
        (ONE.replace("right = true\n", ""), 1, "no right answer"),
        (ONE.replace("right = true", "right = 1"), 2, "neither true nor false"),
        (ONE.replace("right", "wright"), 2, "unknown key wright"),
        (ONE.replace('why = "# no"', 'why = " "'), 6, "why is missing or empty"),
        (ONE.replace('why = "# no"', ""), 6, "why is missing or empty"),
        (ONE.replace('text = "1. **yes**"', "text = 3"), 2, "text is missing or empty"),
        (ONE.replace('"What', "What"), 1, "not TOML"),
        (ONE.replace("right = true", "right = "), 4, "not TOML"),
        (ONE + 'why = "twice"', 9, "not TOML"),
        (f"answers = 1\n{ONE}", 1, "unknown key answers"),
        (ONE[: ONE.index("[[choice]]\ntext = \"<")], 1, "fewer than two choices"),
        ('question = "?"\nchoice = [1, 2]', 1, "choice is not a table"),
        ('question = "?"\nchoice = "a"', 1, "fewer than two choices"),
        ("", 1, "question is missing"),
    ],
)  # fmt: skip
def test_a_quiz_that_cannot_be_asked_is_told_with_its_line(body: str, line: int, what: str) -> None:
    with pytest.raises(quiz.QuizError, match=what) as raised:
        quiz.parse(body)
    assert raised.value.line == line
    assert raised.value.fix


def _page(text: str) -> str:
    fence = {"name": "quiz", "class": "quiz", "format": quiz.fence}
    return markdown.markdown(
        text,
        extensions=["pymdownx.superfences"],
        extension_configs={"pymdownx.superfences": {"custom_fences": [fence]}},
    )


def test_quizzes_of_a_page_are_counted_also_in_a_list() -> None:
    inside = "\n".join(f"    {line}" for line in f"```quiz\n{ONE}```".splitlines())
    made = _page(f"```quiz\n{ONE}```\n\n- a\n\n{inside}\n")
    assert 'data-quiz="#1"' in made
    assert 'data-quiz="#2"' in made
    assert "question =" not in made


def test_a_broken_quiz_ends_the_build_and_is_never_shown_as_code() -> None:
    with pytest.raises(BuildError, match="no right answer"):
        _page(f"```quiz\n{ONE.replace('right = true', '')}```\n")
