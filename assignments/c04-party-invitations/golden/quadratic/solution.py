def solution(friendships, host):
    known, today, counts = [host], [host], []
    while today:
        counts.append(len(today))
        tomorrow = []
        for person in today:
            for a, b in friendships:
                if a == person and b not in known:
                    known.append(b)
                    tomorrow.append(b)
                elif b == person and a not in known:
                    known.append(a)
                    tomorrow.append(a)
        today = tomorrow
    return counts
