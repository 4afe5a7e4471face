"""친구 지도를 만들고, 하루에 한 겹씩 바깥으로 퍼져 나가요 (너비 우선 탐색).

Breadth first: the people of one day invite those of the next.
"""

from collections import defaultdict


def solution(friendships: list[list[str]], host: str) -> list[int]:
    """Return how many people hear of the party on day 0, 1, 2, …; day 0 is the host."""
    friends = defaultdict(list)
    for one, other in friendships:
        friends[one].append(other)
        friends[other].append(one)

    invited = {host}
    today = [host]
    counts = []
    while today:
        counts.append(len(today))
        tomorrow = []
        for person in today:
            for friend in friends[person]:
                if friend not in invited:
                    invited.add(friend)  # at once, or two friends would count them twice
                    tomorrow.append(friend)
        today = tomorrow
    return counts
