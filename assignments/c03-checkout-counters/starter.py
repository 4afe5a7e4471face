"""팝업 스토어 계산대 · Counters of the pop-up store. 문제는 statement.ko.md에 있어요."""


def solution(guests: list[list[int]], counters: int) -> list[list[int]]:
    """손님마다 [계산대 번호, 기다린 시간]을 돌려주세요. 손님은 [온 때, 걸리는 시간]이에요.

    Return [counter, wait] for each guest; guests are [arrives, takes] in order of arrival.

    >>> solution([[0, 5], [1, 2], [2, 4]], 2)
    [[1, 0], [2, 0], [2, 1]]
    """
    # TODO: 가장 먼저 비는 계산대를 빠르게 꺼내려면 무엇에 담아 둘까요?
    raise NotImplementedError
