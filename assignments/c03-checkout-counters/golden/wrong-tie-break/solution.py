import heapq


def solution(guests, counters):
    free = [(0, -number) for number in range(1, counters + 1)]
    heapq.heapify(free)
    answer = []
    for arrives, takes in guests:
        free_at, number = heapq.heappop(free)
        begins = max(arrives, free_at)
        heapq.heappush(free, (begins + takes, number))
        answer.append([-number, begins - arrives])
    return answer
