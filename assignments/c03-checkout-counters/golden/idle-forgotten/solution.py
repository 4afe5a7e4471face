import heapq


def solution(guests, counters):
    free = [(0, number) for number in range(1, counters + 1)]
    answer = []
    for arrives, takes in guests:
        free_at, number = heapq.heappop(free)
        heapq.heappush(free, (free_at + takes, number))
        answer.append([number, free_at - arrives])
    return answer
