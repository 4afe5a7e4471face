from collections import defaultdict


def solution(friendships, host):
    friends = defaultdict(set)
    for a, b in friendships:
        friends[a].add(b)
        friends[b].add(a)

    known, layer, counts = {host}, friends[host] - {host}, []
    while layer:
        counts.append(len(layer))
        known |= layer
        layer = {friend for person in layer for friend in friends[person]} - known
    return counts
