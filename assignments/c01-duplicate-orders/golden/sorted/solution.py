from collections import Counter


def solution(orders):
    return sorted(order for order, count in Counter(orders).items() if count > 1)
