def solution(postings, skills, k):
    result = []
    for name, others in skills.items():
        words = [word.lower() for word in [name, *others]]
        count = sum(any(word in posting.lower() for word in words) for posting in postings)
        if count:
            result.append([name, count])
    return sorted(result, key=lambda pair: (-pair[1], pair[0]))[:k]
