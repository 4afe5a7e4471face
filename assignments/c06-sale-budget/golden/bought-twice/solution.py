def solution(games, budget):
    fun_at = [0] + [-1] * budget
    for price, fun in games:
        for spent in range(price, budget + 1):
            before = fun_at[spent - price]
            if before >= 0 and before + fun > fun_at[spent]:
                fun_at[spent] = before + fun
    most = max(fun_at)
    return [most, fun_at.index(most)]
