def solution(postings, skills, k):
    result = []
    for name, others in skills.items():
        words = {word.lower() for word in [name, *others]}
        count = sum(1 for posting in postings if words & set(posting.lower().split()))
        if count:
            result.append([name, count])
    return sorted(result, key=lambda pair: (-pair[1], pair[0]))[:k]
