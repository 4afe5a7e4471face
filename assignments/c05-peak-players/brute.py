"""Slow and plain: counts, at each start, who is playing."""


def solution(sessions: list[list[int]]) -> list[int]:
    """Return [most players at once, earliest moment of it]; [0, 0] without sessions."""
    most, when = 0, 0
    for moment in sorted({start for start, _ in sessions}):
        playing = len([1 for start, end in sessions if start <= moment < end])
        if playing > most:
            most, when = playing, moment
    return [most, when]
