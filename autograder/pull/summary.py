"""What `pr grade` writes on the page of its job: a line for each answer."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.models import Language
from autograder.pull import handover
from autograder.pull.handover import Handover, Item
from autograder.text import escape
from autograder.text.catalogue import Catalogue, catalogue


def summarise(done: Handover, folder: Path, language: Language) -> None:
    """Add a short summary to the file that `GITHUB_STEP_SUMMARY` names, if it names one."""
    where = os.environ.get("GITHUB_STEP_SUMMARY")
    if not where:
        return
    words = catalogue(language)
    lines = [f"- {_told(words, item, folder)}" for item in done.items]
    lines += [
        f"- {escape.prose(words.say(f'pull.refused.{refusal.code}', **refusal.params))}"
        for refusal in done.refusals
    ]
    title = words.say("pull.summary.title", number=str(done.pull_request)).replace("`", "")
    body = "\n".join(lines) or words.say("pull.summary.nothing")
    with Path(where).open("a", encoding="utf-8") as file:
        file.write(f"### {escape.text(title)}\n\n{body}\n")


def _told(words: Catalogue, item: Item, folder: Path) -> str:
    name = escape.code(item.assignment)
    if item.outcome == "graded":
        report = handover.read_report(folder, item)
        said = words.say("pull.summary.score", score=report.score, max_score=report.max_score)
    else:
        said = words.say(f"pull.summary.outcome_{item.outcome}")
    return f"{name}: {said}"
