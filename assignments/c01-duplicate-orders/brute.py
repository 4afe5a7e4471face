"""Slow and plain: looks through the whole list for every order."""


def solution(orders: list[str]) -> list[str]:
    """Return the numbers that arrived more than once, each once, by first arrival."""
    found: list[str] = []
    for position, order in enumerate(orders):
        came_before = order in orders[:position]
        comes_again = order in orders[position + 1 :]
        if comes_again and not came_before:
            found.append(order)
    return found
