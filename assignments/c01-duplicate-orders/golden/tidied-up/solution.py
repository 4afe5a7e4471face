from collections import Counter


def solution(orders):
    counts = Counter(order.strip().upper() for order in orders)
    return [order for order, count in counts.items() if count > 1]
