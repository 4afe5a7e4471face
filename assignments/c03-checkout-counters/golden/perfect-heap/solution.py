from heapq import heappop, heappush


def solution(guests, counters):
    heap = [(0, number) for number in range(1, counters + 1)]
    answer = []
    for arrives, takes in guests:
        free_at, number = heappop(heap)
        wait = max(0, free_at - arrives)
        heappush(heap, (arrives + wait + takes, number))
        answer.append([number, wait])
    return answer
