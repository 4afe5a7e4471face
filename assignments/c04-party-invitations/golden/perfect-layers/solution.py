def solution(friendships, host):
    friends = {}
    for a, b in friendships:
        friends.setdefault(a, set()).add(b)
        friends.setdefault(b, set()).add(a)

    known, layer, counts = {host}, {host}, []
    while layer:
        counts.append(len(layer))
        layer = {friend for person in layer for friend in friends.get(person, ())} - known
        known |= layer
    return counts
