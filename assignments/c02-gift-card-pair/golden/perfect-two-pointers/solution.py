def solution(prices, card):
    left, right = 0, len(prices) - 1
    best = (-1, 0)
    pair = []
    while left < right:
        spent = prices[left] + prices[right]
        if spent <= card:
            rank = (spent, prices[left] - prices[right])
            if rank > best or not pair:
                best, pair = rank, [prices[left], prices[right]]
            left += 1
        else:
            right -= 1
    return pair
