def solution(sessions):
    moments = sorted(
        [(start, 1) for start, end in sessions] + [(end, -1) for start, end in sessions]
    )
    when = moments[0][0]
    now = best = 0
    for moment, step in moments:
        now += step
        if now > best:
            best, when = now, moment
    return [best, when]
