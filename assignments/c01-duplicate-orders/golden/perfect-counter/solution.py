from collections import Counter


def solution(orders):
    counts = Counter(orders)
    return [order for order in counts if counts[order] >= 2]
