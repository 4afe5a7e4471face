def solution(sessions):
    ends = []
    answer = [0, 0]
    for start, end in sessions:
        ends = [each for each in ends if each > start]
        ends.append(end)
        if len(ends) > answer[0]:
            answer = [len(ends), start]
    return answer
