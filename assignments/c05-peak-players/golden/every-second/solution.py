def solution(sessions):
    if not sessions:
        return [0, 0]
    begins = {}
    ends = {}
    for start, end in sessions:
        begins[start] = begins.get(start, 0) + 1
        ends[end] = ends.get(end, 0) + 1
    now = best = when = 0
    for second in range(min(begins), max(ends) + 1):
        now += begins.get(second, 0) - ends.get(second, 0)
        if now > best:
            best, when = now, second
    return [best, when]
