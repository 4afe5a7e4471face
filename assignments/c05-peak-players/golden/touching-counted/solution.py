def solution(sessions):
    moments = [(start, 0, 1) for start, end in sessions] + [(end, 1, -1) for start, end in sessions]
    now = best = when = 0
    for moment, _, step in sorted(moments):
        now += step
        if now > best:
            best, when = now, moment
    return [best, when]
