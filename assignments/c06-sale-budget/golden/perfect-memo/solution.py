from functools import cache


def solution(games, budget):
    @cache
    def best(index, left):
        if index == len(games):
            return (0, 0)
        price, fun = games[index]
        without = best(index + 1, left)
        if price > left:
            return without
        more, money = best(index + 1, left - price)
        return max(without, (more + fun, money - price))

    fun, money = best(0, budget)
    return [fun, -money]
