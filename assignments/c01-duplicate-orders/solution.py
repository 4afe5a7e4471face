"""주문 번호를 한 번만 읽으며 센 다음, 두 번 넘게 온 것만 온 순서대로 남겨요.

One pass to count; a dict keeps the order of first arrival.
"""

from collections import Counter


def solution(orders: list[str]) -> list[str]:
    """Return the numbers that arrived more than once, each once, by first arrival."""
    times = Counter(orders)
    return [order for order, count in times.items() if count > 1]
