def solution(games, budget):
    fun_at = [0] + [-1] * budget
    for price, fun in games:
        for spent in range(budget, price - 1, -1):
            before = fun_at[spent - price]
            if before >= 0 and before + fun > fun_at[spent]:
                fun_at[spent] = before + fun
    most = max(fun_at)
    money = max(spent for spent in range(budget + 1) if fun_at[spent] == most)
    return [most, money]
