from collections import defaultdict


def solution(friendships, host):
    friends = defaultdict(list)
    for a, b in friendships:
        friends[a].append(b)
        friends[b].append(a)

    day = {host: 0}
    stack = [host]
    while stack:
        person = stack.pop()
        for friend in friends[person]:
            if friend not in day:
                day[friend] = day[person] + 1
                stack.append(friend)
    days = list(day.values())
    counts = [0] * (max(days) + 1)
    for each in days:
        counts[each] += 1
    return counts
