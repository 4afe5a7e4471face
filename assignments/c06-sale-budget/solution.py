"""쓴 돈마다 얻을 수 있는 가장 큰 재미를 표에 적고, 게임을 하나씩 더해 가요 (배낭 문제).

One row of a table: the most fun for each sum spent, mended game by game.
"""

NOT_POSSIBLE = -1  # pragma: no mutate


def solution(games: list[list[int]], budget: int) -> list[int]:
    """Return [most fun, least money for it]; games are [price, fun], each bought at most once."""
    fun_at = [0] + [NOT_POSSIBLE] * budget  # the most fun for spending exactly this much
    for price, fun in games:
        # From the top down: what is read below does not hold this game yet.
        for spent in range(budget, price - 1, -1):
            before = fun_at[spent - price]
            if before == NOT_POSSIBLE:
                continue
            if before + fun > fun_at[spent]:  # pragma: no mutate
                fun_at[spent] = before + fun
    most = max(fun_at)
    return [most, fun_at.index(most)]
