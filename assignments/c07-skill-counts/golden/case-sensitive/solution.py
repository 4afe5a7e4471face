import re


def solution(postings, skills, k):
    result = []
    for name, others in skills.items():
        words = "|".join(re.escape(word) for word in [name, *others])
        pattern = re.compile(rf"(?<![A-Za-z0-9+#])(?:{words})(?![A-Za-z0-9+#])")
        count = sum(1 for posting in postings if pattern.search(posting))
        if count:
            result.append([name, count])
    return sorted(result, key=lambda pair: (-pair[1], pair[0]))[:k]
