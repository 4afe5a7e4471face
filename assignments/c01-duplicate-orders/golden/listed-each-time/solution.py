def solution(orders):
    seen = set()
    answer = []
    for order in orders:
        if order in seen:
            answer.append(order)
        seen.add(order)
    return answer
