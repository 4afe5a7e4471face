from collections import defaultdict, deque


def solution(friendships, host):
    friends = defaultdict(set)
    for a, b in friendships:
        friends[a].add(b)
        friends[b].add(a)

    day = {host: 0}
    queue = deque([host])
    counts = [0]
    while queue:
        person = queue.popleft()
        if day[person] == len(counts):
            counts.append(0)
        counts[day[person]] += 1
        for friend in friends[person]:
            if friend not in day:
                day[friend] = day[person] + 1
                queue.append(friend)
    return counts
