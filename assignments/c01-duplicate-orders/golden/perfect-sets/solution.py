def solution(orders):
    seen, again = set(), set()
    for order in orders:
        if order in seen:
            again.add(order)
        seen.add(order)

    answer = []
    for order in orders:
        if order in again:
            answer.append(order)
            again.discard(order)
    return answer
