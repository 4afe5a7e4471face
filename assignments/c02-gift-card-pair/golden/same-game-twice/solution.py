def solution(prices, card):
    best = []
    low, high = 0, len(prices) - 1
    while low <= high:
        total = prices[low] + prices[high]
        if total > card:
            high -= 1
            continue
        if not best or total >= sum(best):
            best = [prices[low], prices[high]]
        low += 1
    return best
