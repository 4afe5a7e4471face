"""Slow and plain: tries every place of every posting."""

import string

TOUCHING = set(string.ascii_lowercase + string.digits + "+#")


def solution(postings: list[str], skills: dict[str, list[str]], k: int) -> list[list]:
    """Return the `k` skills that most postings ask for, as [skill, postings]."""
    left = {
        skill: sum(any(_has(posting, word) for word in [skill, *others]) for posting in postings)
        for skill, others in skills.items()
    }
    best: list[list] = []
    while len(best) < k and any(left.values()):
        most = max(left.values())
        skill = min(skill for skill, count in left.items() if count == most)
        best.append([skill, left.pop(skill)])
    return best


def _has(posting: str, word: str) -> bool:
    text, word = f" {posting} ".lower(), word.lower()
    for place in range(1, len(text) - len(word)):
        end = place + len(word)
        if text[place:end] == word and not {text[place - 1], text[end]} & TOUCHING:
            return True
    return False
