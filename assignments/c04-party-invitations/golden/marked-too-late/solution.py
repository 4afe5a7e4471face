from collections import defaultdict


def solution(friendships, host):
    friends = defaultdict(list)
    for a, b in friendships:
        friends[a].append(b)
        friends[b].append(a)

    seen, today, counts = set(), [host], []
    while today:
        counts.append(len(today))
        seen.update(today)
        today = [friend for person in today for friend in friends[person] if friend not in seen]
    return counts
