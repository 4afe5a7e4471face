def solution(sessions):
    answer = [0, 0]
    for moment, _ in sorted(sessions):
        playing = 0
        for start, end in sessions:
            if start <= moment < end:
                playing += 1
        if playing > answer[0]:
            answer = [playing, moment]
    return answer
