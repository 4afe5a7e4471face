"""Slow and plain: tries every pair."""

from itertools import combinations


def solution(prices: list[int], card: int) -> list[int]:
    """Return the two prices that use most of the card, the lower first; [] if none fit."""
    fitting = [pair for pair in combinations(prices, 2) if sum(pair) <= card]
    return list(max(fitting, key=lambda pair: (sum(pair), pair[0]), default=()))
