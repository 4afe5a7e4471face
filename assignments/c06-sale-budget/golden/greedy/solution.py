def solution(games, budget):
    fun = spent = 0
    for price, joy in sorted(games, key=lambda game: game[1] / game[0], reverse=True):
        if spent + price <= budget:
            spent += price
            fun += joy
    return [fun, spent]
