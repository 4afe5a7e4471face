def solution(prices, card):
    for high in range(len(prices) - 1, 0, -1):
        for low in range(high - 1, -1, -1):
            if prices[low] + prices[high] <= card:
                return [prices[low], prices[high]]
    return []
