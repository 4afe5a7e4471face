from collections import defaultdict


def solution(friendships, host):
    friends = defaultdict(set)
    for a, b in friendships:
        friends[a].add(b)
        friends[b].add(a)

    def spread(today, known):
        if not today:
            return []
        known |= today
        tomorrow = {friend for person in today for friend in friends[person]} - known
        return [len(today), *spread(tomorrow, known)]

    return spread({host}, set())
