"""양 끝에서 두 손가락으로 좁혀 오면 한 번만 훑어도 모든 짝을 살핀 셈이에요.

Two fingers from both ends: each step rules out one game for good.
"""


def solution(prices: list[int], card: int) -> list[int]:
    """Return the two prices that use most of the card, the lower first; [] if none fit."""
    best: list[int] = []
    low, high = 0, len(prices) - 1
    while low < high:
        total = prices[low] + prices[high]
        if total > card:
            high -= 1  # even the cheapest partner is too much for this game
            continue
        # Later pairs lie closer together, so an equal total replaces the pair we have.
        if not best or total >= sum(best):
            best = [prices[low], prices[high]]
        low += 1
    return best
