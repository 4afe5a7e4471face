"""켜고 끄는 순간만 시간 순서로 훑으며 지금 몇 명인지 세요 (스위핑).

Sweep over the moments where something changes; at equal times those who leave go first.
"""


def solution(sessions: list[list[int]]) -> list[int]:
    """Return [most players at once, earliest moment of it]; [0, 0] without sessions."""
    changes = [(start, +1) for start, _ in sessions]
    changes += [(end, -1) for _, end in sessions]
    changes.sort()  # (9, -1) comes before (9, +1): an end at 9 does not meet a start at 9

    playing, most, when = 0, 0, 0
    for moment, change in changes:
        playing += change
        if playing > most:
            most, when = playing, moment
    return [most, when]
