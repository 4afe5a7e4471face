def solution(prices, card):
    best = []
    for i in range(len(prices)):
        for j in range(i + 1, len(prices)):
            total = prices[i] + prices[j]
            if total <= card and (not best or (total, prices[i]) > (sum(best), best[0])):
                best = [prices[i], prices[j]]
    return best
