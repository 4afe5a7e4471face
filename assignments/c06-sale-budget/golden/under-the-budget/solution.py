def solution(games, budget):
    best = [(0, 0)] * (budget + 1)
    for price, fun in games:
        for left in range(budget, price, -1):
            before = best[left - price]
            best[left] = max(best[left], (before[0] + fun, before[1] - price))
    fun, money = max(best)
    return [fun, -money]
