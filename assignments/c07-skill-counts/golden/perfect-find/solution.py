import string

STICKY = set(string.ascii_letters + string.digits + "+#")


def mentions(text, word):
    start = text.find(word)
    while start != -1:
        before = text[start - 1 : start] if start else ""
        after = text[start + len(word) : start + len(word) + 1]
        if before not in STICKY and after not in STICKY:
            return True
        start = text.find(word, start + 1)
    return False


def solution(postings, skills, k):
    texts = [posting.lower() for posting in postings]
    result = []
    for name, others in skills.items():
        words = [word.lower() for word in (name, *others)]
        count = sum(any(mentions(text, word) for word in words) for text in texts)
        if count:
            result.append([name, count])
    return sorted(result, key=lambda pair: (-pair[1], pair[0]))[:k]
