"""기술마다 정규식 하나를 만들어, 공고마다 있는지 없는지만 물어요.

One pattern for each skill; a posting is asked once whether it is there.
"""

import re

# What may not touch a spelling on either side; Hangul, spaces and punctuation may.
TOUCHING = "[A-Za-z0-9+#]"


def solution(postings: list[str], skills: dict[str, list[str]], k: int) -> list[list]:
    """Return the `k` skills that most postings ask for, as [skill, postings]."""
    counts = []
    for skill, others in skills.items():
        asks = _pattern([skill, *others])
        asked = sum(1 for posting in postings if asks.search(posting))
        if asked:
            counts.append([skill, asked])
    counts.sort(key=lambda each: (-each[1], each[0]))
    return counts[:k]


def _pattern(spellings: list[str]) -> re.Pattern[str]:
    """Finds any of the spellings as a word of its own, in capitals or not."""
    words = "|".join(map(re.escape, spellings))
    return re.compile(f"(?<!{TOUCHING})(?:{words})(?!{TOUCHING})", re.IGNORECASE)
