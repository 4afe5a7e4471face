"""가장 붐빈 순간 · The busiest moment. 문제는 statement.ko.md에 있어요."""


def solution(sessions: list[list[int]]) -> list[int]:
    """[동시에 가장 많았던 사람 수, 처음 그렇게 된 순간]을 돌려주세요. 기록이 없으면 [0, 0] 이에요.

    Return [most players at once, earliest moment of it]; [0, 0] without sessions.

    >>> solution([[0, 30], [10, 40], [20, 25]])
    [3, 20]
    """
    # TODO: 사람 수가 바뀌는 순간은 언제뿐일까요?
    raise NotImplementedError
