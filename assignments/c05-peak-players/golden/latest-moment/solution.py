def solution(sessions):
    moments = sorted(
        [(start, 1) for start, end in sessions] + [(end, -1) for start, end in sessions]
    )
    now = best = when = 0
    for moment, step in moments:
        now += step
        if step == 1 and now >= best:
            best, when = now, moment
    return [best, when]
