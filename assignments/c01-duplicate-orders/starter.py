"""두 번 온 주문 · Orders that came twice. 문제는 statement.ko.md에 있어요."""


def solution(orders: list[str]) -> list[str]:
    """두 번 넘게 온 주문 번호를 하나씩만, 처음 온 순서대로 돌려주세요.

    Return the order numbers that came more than once, each once, by first arrival.

    >>> solution(["P-7", "P-2", "P-2", "P-9", "P-7"])
    ['P-7', 'P-2']
    """
    # TODO: 어떤 주문을 몇 번 봤는지 무엇에 적어 둘까요?
    raise NotImplementedError
