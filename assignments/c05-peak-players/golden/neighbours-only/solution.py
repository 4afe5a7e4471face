def solution(sessions):
    if not sessions:
        return [0, 0]
    ordered = sorted(sessions)
    answer = [1, ordered[0][0]]
    for before, after in zip(ordered, ordered[1:]):
        if after[0] < before[1]:
            return [2, after[0]]
    return answer
