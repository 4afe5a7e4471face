import heapq


def solution(sessions):
    ends = []
    answer = [0, 0]
    for start, end in sorted(sessions):
        while ends and ends[0] <= start:
            heapq.heappop(ends)
        heapq.heappush(ends, end)
        if len(ends) > answer[0]:
            answer = [len(ends), start]
    return answer
