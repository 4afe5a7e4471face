"""계산대마다 (비는 때, 번호)를 힙에 넣으면 맨 위가 언제나 다음 손님의 계산대예요.

A heap of (free at, number): its top is always the next guest's counter.
"""

import heapq


def solution(guests: list[list[int]], counters: int) -> list[list[int]]:
    """Return [counter, wait] for each guest; guests are [arrives, takes] in order of arrival."""
    free = [(0, number) for number in range(1, counters + 1)]  # sorted, so a heap already
    served = []
    for arrives, takes in guests:
        free_at, number = free[0]
        begins = max(arrives, free_at)
        heapq.heapreplace(free, (begins + takes, number))
        served.append([number, begins - arrives])
    return served
