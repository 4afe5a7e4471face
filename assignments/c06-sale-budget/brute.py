"""Slow and plain: tries every basket."""

from itertools import combinations


def solution(games: list[list[int]], budget: int) -> list[int]:
    """Return [most fun, least money for it]; games are [price, fun], each bought at most once."""
    best = (0, 0)
    for size in range(1, len(games) + 1):
        for basket in combinations(games, size):
            price, fun = (sum(column) for column in zip(*basket, strict=True))
            if price <= budget:
                best = max(best, (fun, -price))
    return [best[0], -best[1]]
