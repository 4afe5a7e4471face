"""상품권으로 두 게임 · Two games on one gift card. 문제는 statement.ko.md에 있어요."""


def solution(prices: list[int], card: int) -> list[int]:
    """상품권을 가장 많이 쓰는 서로 다른 두 게임의 값을 싼 것부터 돌려주세요. 없으면 [] 예요.

    Return the two prices that use most of the card, the lower first; [] if none fit.

    >>> solution([3000, 9000, 12000, 20000], 25000)
    [3000, 20000]
    """
    # TODO: 가장 싼 게임과 가장 비싼 게임을 더해 보면 무엇을 알 수 있나요?
    raise NotImplementedError
