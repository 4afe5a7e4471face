from collections import Counter


def solution(orders):
    return [order for order, count in Counter(orders).items() if count > 2]
