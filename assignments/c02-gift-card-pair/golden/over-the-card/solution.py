def solution(prices, card):
    best = []
    low, high = 0, len(prices) - 1
    while low < high:
        total = prices[low] + prices[high]
        if not best or abs(total - card) <= abs(sum(best) - card):
            best = [prices[low], prices[high]]
        if total > card:
            high -= 1
        else:
            low += 1
    return best
