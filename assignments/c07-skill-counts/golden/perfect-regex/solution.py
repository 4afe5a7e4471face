import re
from collections import Counter


def solution(postings, skills, k):
    counts = Counter()
    for name, others in skills.items():
        words = "|".join(re.escape(word.lower()) for word in [name] + others)
        pattern = re.compile(rf"(?<![a-z0-9+#])({words})(?![a-z0-9+#])")
        counts[name] = sum(bool(pattern.search(posting.lower())) for posting in postings)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [[name, count] for name, count in ranked if count > 0][:k]
