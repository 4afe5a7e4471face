"""봄 세일 장바구니 · The spring sale basket. 문제는 statement.ko.md에 있어요."""


def solution(games: list[list[int]], budget: int) -> list[int]:
    """[가장 큰 재미, 그 재미를 얻는 가장 적은 돈]을 돌려주세요. 게임은 [값, 재미]예요.

    Return [most fun, least money for it]; games are [price, fun], each bought at most once.

    >>> solution([[3, 30], [4, 50], [5, 60]], 8)
    [90, 8]
    """
    # TODO: 게임이 하나도 없을 때의 답에서 시작해, 게임을 하나씩 더하면 답이 어떻게 바뀌나요?
    raise NotImplementedError
