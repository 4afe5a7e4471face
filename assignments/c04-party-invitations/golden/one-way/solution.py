from collections import defaultdict


def solution(friendships, host):
    friends = defaultdict(list)
    for a, b in friendships:
        friends[a].append(b)

    seen, today, counts = {host}, [host], []
    while today:
        counts.append(len(today))
        tomorrow = []
        for person in today:
            for friend in friends[person]:
                if friend not in seen:
                    seen.add(friend)
                    tomorrow.append(friend)
        today = tomorrow
    return counts
