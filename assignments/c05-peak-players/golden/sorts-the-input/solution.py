import heapq


def solution(sessions):
    sessions.sort()
    ends = []
    answer = [0, 0]
    for start, end in sessions:
        while ends and ends[0] <= start:
            heapq.heappop(ends)
        heapq.heappush(ends, end)
        if len(ends) > answer[0]:
            answer = [len(ends), start]
    return answer
