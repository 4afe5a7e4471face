from bisect import bisect_right


def solution(prices, card):
    pairs = []
    for index, price in enumerate(prices):
        partner = bisect_right(prices, card - price, lo=index + 1) - 1
        if partner > index:
            pairs.append((price + prices[partner], price, prices[partner]))
    if not pairs:
        return []
    _, low, high = max(pairs)
    return [low, high]
