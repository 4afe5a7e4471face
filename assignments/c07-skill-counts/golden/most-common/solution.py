import re
from collections import Counter


def solution(postings, skills, k):
    counts = Counter()
    for name, others in skills.items():
        words = "|".join(re.escape(word) for word in [name, *others])
        pattern = re.compile(rf"(?<![A-Za-z0-9+#])(?:{words})(?![A-Za-z0-9+#])", re.IGNORECASE)
        for posting in postings:
            if pattern.search(posting):
                counts[name] += 1
    return [list(pair) for pair in counts.most_common(k)]
