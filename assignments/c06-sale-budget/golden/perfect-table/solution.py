def solution(games, budget):
    # best[left]: (fun, -money) that games so far give with at most `left` to spend
    best = [(0, 0)] * (budget + 1)
    for price, fun in games:
        row = best[:]
        for left in range(price, budget + 1):
            before = best[left - price]
            row[left] = max(best[left], (before[0] + fun, before[1] - price))
        best = row
    fun, money = best[budget]
    return [fun, -money]
