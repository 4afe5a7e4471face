"""Slow and plain: asks every counter for every guest."""


def solution(guests: list[list[int]], counters: int) -> list[list[int]]:
    """Return [counter, wait] for each guest; guests are [arrives, takes] in order of arrival."""
    free_at = [0] * counters
    served = []
    for arrives, takes in guests:
        number = free_at.index(min(free_at))
        begins = max(arrives, free_at[number])
        free_at[number] = begins + takes
        served.append([number + 1, begins - arrives])
    return served
