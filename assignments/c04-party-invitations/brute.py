"""Slow and plain: relaxes every friendship until no distance gets shorter."""


def solution(friendships: list[list[str]], host: str) -> list[int]:
    """Return how many people hear of the party on day 0, 1, 2, …; day 0 is the host."""
    day = {host: 0}
    changed = True
    while changed:
        changed = False
        for pair in friendships:
            for one, other in (pair, pair[::-1]):
                if one in day and day[one] + 1 < day.get(other, len(friendships) + 2):
                    day[other] = day[one] + 1
                    changed = True
    days = list(day.values())
    return [days.count(each) for each in range(max(days) + 1)]
