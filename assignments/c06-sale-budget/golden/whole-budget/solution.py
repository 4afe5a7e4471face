def solution(games, budget):
    best = [0] * (budget + 1)
    for price, fun in games:
        for left in range(budget, price - 1, -1):
            best[left] = max(best[left], best[left - price] + fun)
    return [best[budget], budget]
